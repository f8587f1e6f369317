// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.util.List;

/**
 * What a verification has found.
 *
 * @param generation the one that was verified
 * @param bytes how many bytes of rows and values were held against their checksums
 * @param blocks how many checksums were compared: full blocks of 1 MiB, tails and values
 * @param uncheckedParts how many files of arrays have no checksums
 * @param problems what is wrong, in the order of the nodes; empty if nothing is
 */
public record VerificationReport(
        long generation, long bytes, long blocks, long uncheckedParts, List<Problem> problems) {
    /** Copies the list. */
    public VerificationReport {
        problems = List.copyOf(problems);
    }

    /** {@return whether nothing wrong was found} */
    public boolean isSound() {
        return problems.isEmpty();
    }

    /**
     * Something that is wrong with a file.
     *
     * @param node the path of the array or value
     * @param file the file, relative to the store
     * @param block the block of 1 MiB, counted from the first row of the file; -1 if it is not
     *     about one
     * @param firstRow the first row of the array that is affected; -1 if none is known to be
     * @param rows how many rows are affected
     * @param found the CRC-32C of what was read; -1 if it is not about one
     * @param expected the CRC-32C that it should have; -1 if it is not about one
     * @param message all of this in words, with the store and what to do
     */
    public record Problem(
            String node,
            String file,
            long block,
            long firstRow,
            long rows,
            long found,
            long expected,
            String message) {
        /** {@return the message} */
        @Override
        public String toString() {
            return message;
        }
    }

    /** {@return a summary, and every problem on a line} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(
                "generation %d: %,d bytes in %,d blocks verified, %,d files without checksums, %s"
                        .formatted(
                                generation,
                                bytes,
                                blocks,
                                uncheckedParts,
                                problems.isEmpty() ? "sound" : problems.size() + " problems"));
        problems.forEach(problem -> text.append(System.lineSeparator()).append(problem.message()));
        return text.toString();
    }
}
