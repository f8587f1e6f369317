// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;

/**
 * A range of reserved rows that one thread fills, while others fill theirs. The range belongs to
 * this writer until the commit, and needs no closing; rows that are not written stay zeros.
 *
 * <p>For one thread at a time; different regions are written in parallel.
 */
public final class RegionWriter {
    private final MappedArray array;
    private final Regions.Claim claim;
    private long next;

    RegionWriter(MappedArray array, Regions.Claim claim) {
        this.array = array;
        this.claim = claim;
        this.next = claim.from();
    }

    /** {@return the first row of the region} */
    public long firstRow() {
        return claim.from();
    }

    /** {@return how many rows the region has} */
    public long rows() {
        return claim.to() - claim.from();
    }

    /**
     * Writes rows behind those of the call before, from the region's first row on.
     *
     * @param values a whole number of rows, in their own byte order; the position stays
     * @throws IOException if they cannot be written
     * @throws IndexOutOfBoundsException if they do not fit the region
     */
    public void write(Buffer values) throws IOException {
        next = array.write(claim, next, array.bytes(values));
    }

    /**
     * Writes rows behind those of the call before, from the region's first row on.
     *
     * @param values a whole number of rows, as raw little-endian bytes
     * @throws IOException if they cannot be written
     * @throws IndexOutOfBoundsException if they do not fit the region
     */
    public void write(MemorySegment values) throws IOException {
        next = array.write(claim, next, values);
    }

    /**
     * Writes rows anywhere in the region.
     *
     * @param row the array's row at which to begin
     * @param values a whole number of rows, as raw little-endian bytes
     * @throws IOException if they cannot be written
     * @throws IndexOutOfBoundsException if they do not fit the region
     */
    public void write(long row, MemorySegment values) throws IOException {
        array.write(claim, row, values);
    }
}
