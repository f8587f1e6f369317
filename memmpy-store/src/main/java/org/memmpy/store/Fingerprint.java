// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;
import org.memmpy.os.ReadableFile;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A number that stands for what an array holds, made of its checksums: nothing of its data is read.
 * The same rows in the same parts have the same, in whatever generation.
 */
final class Fingerprint {
    private static final int PIECE = 64 << 10;

    private final MessageDigest sha256;

    /**
     * A digest of nothing yet.
     *
     * @param purpose so that digests of different things differ
     */
    Fingerprint(String purpose) {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        add(purpose);
    }

    private void add(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        add(utf8.length);
        sha256.update(utf8);
    }

    private void add(long number) {
        sha256.update(
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(number)
                        .flip());
    }

    /**
     * Adds an array.
     *
     * @return false if a part has no checksums: the digest then says nothing
     * @throws IOException if checksums cannot be read
     */
    boolean add(StoreFiles files, Manifest.Array array) throws IOException {
        RowType type = array.type();
        add(type.dtype().toString());
        add(type.shape().length);
        for (long dimension : type.shape()) {
            add(dimension);
        }
        for (Manifest.Part part : array.parts()) {
            if (part.tail() == Manifest.Part.UNCHECKED) {
                return false;
            }
            if (part.rows() > 0) {
                add(part.rows());
                add(part.tail());
                long blocks = part.rows() * type.bytes() / BlockChecksums.BLOCK;
                if (blocks > 0) {
                    addSums(files.find(part.file() + ".crc"), blocks * Integer.BYTES);
                }
            }
        }
        add(array.rows());
        return true;
    }

    private void addSums(StoreFiles.Extent side, long bytes) throws IOException {
        if (side.bytes() < bytes) {
            throw new EOFException(side.file() + " ends before its checksum " + bytes / 4);
        }
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        try (ReadableFile sums = side.open()) {
            for (long at = 0; at < bytes; at += PIECE) {
                piece.clear().limit((int) Math.min(PIECE, bytes - at));
                sums.read(piece, at);
                if (piece.hasRemaining()) {
                    throw new EOFException(side.file() + " has become shorter");
                }
                sha256.update(piece.flip());
            }
        }
    }

    byte[] digest() {
        return sha256.digest();
    }
}
