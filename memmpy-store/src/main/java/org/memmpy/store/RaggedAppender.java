// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.kernel.KeyHashes;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The writing half of a {@link RaggedArray}: checks rows, and appends them to all its arrays. */
final class RaggedAppender {
    private final String where;
    private final String path;
    private final RaggedType type;
    private final StoreWriter writer;

    /** Why nothing is appended any more; null until then. */
    private volatile String ended;

    /**
     * An appender.
     *
     * @param where the array, for messages
     * @param writer the store's; null if it is open for reading only
     */
    RaggedAppender(String where, String path, RaggedType type, StoreWriter writer) {
        this.where = where;
        this.path = path;
        this.type = type;
        this.writer = writer;
    }

    /** The path leads to another array now, or to none. */
    void end(String reason) {
        ended = reason;
    }

    /**
     * {@return why nothing is appended any more, behind the array's name; null as long as it is}
     */
    String ended() {
        return ended;
    }

    long pendingRows(long committed) {
        return writer == null || ended != null
                ? 0
                : Math.max(0, writer.rows(path + "/offsets") - 1 - committed);
    }

    /**
     * Appends one row.
     *
     * @param key null for none
     * @param shape of a shaped row; of a jagged one nothing, or its shape
     */
    void append(String key, Object values, long[] shape) throws IOException {
        MemorySegment bytes = Values.of(where, type.item(), values);
        long[] lengths = {items(bytes)};
        List<String> keys = key == null ? null : List.of(key);
        if (type.isShaped()) {
            appendAll(keys, bytes, shape);
        } else if (shape.length > 0 && !RowType.format(shape).equals(shapeOf(lengths[0]))) {
            throw new IllegalArgumentException(
                    "%s: the values have the shape %s, not %s"
                            .formatted(where, shapeOf(lengths[0]), RowType.format(shape)));
        } else {
            write(keys, bytes, lengths, null);
        }
    }

    private String shapeOf(long length) {
        return RowType.format(type.item().shape(length));
    }

    /** Appends rows of which each has a length, or a shape. */
    void appendAll(List<String> keys, Object values, long[] extents) throws IOException {
        MemorySegment bytes = Values.of(where, type.item(), values);
        write(
                keys,
                bytes,
                type.isShaped() ? lengths(extents) : extents,
                type.isShaped() ? extents : null);
    }

    private long[] lengths(long[] shapes) {
        int rank = type.rank();
        if (shapes.length % rank != 0) {
            throw new IllegalArgumentException(
                    "%s holds %s: a row has a shape of %d dimensions; %d were given"
                            .formatted(where, type, rank, shapes.length));
        }
        long[] lengths = new long[shapes.length / rank];
        for (int row = 0; row < lengths.length; row++) {
            long[] shape = Arrays.copyOfRange(shapes, row * rank, (row + 1) * rank);
            lengths[row] = RaggedRows.elements(shape);
            if (lengths[row] < 0) {
                throw new IllegalArgumentException(
                        "%s: %s is no shape of a row".formatted(where, RowType.format(shape)));
            }
        }
        return lengths;
    }

    private long items(MemorySegment bytes) {
        return bytes.byteSize() == 0 ? 0 : Values.wholeRows(where, type.item(), bytes.byteSize());
    }

    private void write(List<String> keys, MemorySegment values, long[] lengths, long[] shapes)
            throws IOException {
        if (writer == null) {
            throw new IllegalStateException(
                    where
                            + ": the store is open for reading only. Store.edit opens it for writing");
        }
        String reason = ended;
        if (reason != null) {
            throw new IllegalStateException(where + reason);
        }
        requireKeys(keys, lengths.length);
        if (lengths.length == 0) {
            throw new IllegalArgumentException(
                    where + ": no rows were given. Give at least one, or skip the call");
        }
        requireSum(lengths, items(values));
        List<byte[]> utf8 = keys == null ? List.of() : utf8(keys);
        writer.appendRagged(
                path,
                type,
                to -> {
                    if (keys != null) {
                        appendKeys(to, keys, utf8);
                    }
                    to.append(path + RaggedParts.VALUES, values);
                    if (shapes != null) {
                        to.append(path + RaggedParts.SHAPES, MemorySegment.ofArray(shapes));
                    }
                    long end = to.rows(path + RaggedParts.VALUES);
                    to.append(path + RaggedParts.OFFSETS, offsets(lengths, end - items(values)));
                });
    }

    private void requireKeys(List<String> keys, int rows) {
        if ((keys != null) != type.isKeyed()) {
            throw new IllegalArgumentException(
                    type.isKeyed()
                            ? where
                                    + " holds "
                                    + type
                                    + ": every row needs a key. Use put or putAll"
                            : "%s holds %s: its rows have no keys. Use append or appendAll, or create it with a type that is keyed()"
                                    .formatted(where, type));
        }
        if (keys != null && keys.size() != rows) {
            throw new IllegalArgumentException(
                    "%s: %,d keys were given for %,d rows".formatted(where, keys.size(), rows));
        }
    }

    private void requireSum(long[] lengths, long items) {
        long sum = 0;
        for (int row = 0; row < lengths.length; row++) {
            if (lengths[row] < 0) {
                throw new IllegalArgumentException(
                        "%s: the length of row %,d of those given is %,d"
                                .formatted(where, row, lengths[row]));
            }
            if (lengths[row] > items - sum) {
                sum = -1;
                break;
            }
            sum += lengths[row];
        }
        if (sum != items) {
            throw new IllegalArgumentException(
                    "%s: %,d values of %s were given, but %,d rows with %s elements"
                            .formatted(
                                    where,
                                    items,
                                    type.item(),
                                    lengths.length,
                                    sum < 0 ? "more" : "%,d".formatted(sum)));
        }
    }

    private List<byte[]> utf8(List<String> keys) {
        List<byte[]> utf8 = new ArrayList<>(keys.size());
        for (String key : keys) {
            String fault = Keys.fault(key);
            if (fault != null) {
                throw new IllegalArgumentException(
                        "%s: the key %s %s".formatted(where, Keys.quoted(key), fault));
            }
            utf8.add(Keys.utf8(key));
        }
        return utf8;
    }

    private void appendKeys(JointAppend to, List<String> keys, List<byte[]> utf8)
            throws IOException {
        PendingKeys pending = writer.keys(path);
        pending.add(keys, utf8, to.rows(path + RaggedParts.OFFSETS) - 1);
        to.onUndo(() -> pending.remove(keys));
        String keyValues = path + RaggedParts.KEYS + RaggedParts.VALUES;
        long start = to.rows(keyValues);
        long[] lengths = new long[utf8.size()];
        long[] hashes = new long[utf8.size()];
        for (int i = 0; i < lengths.length; i++) {
            byte[] key = utf8.get(i);
            lengths[i] = key.length;
            hashes[i] = KeyHashes.hash(key);
            to.append(keyValues, MemorySegment.ofArray(key));
        }
        to.append(path + RaggedParts.KEYS + RaggedParts.OFFSETS, offsets(lengths, start));
        to.append(path + RaggedParts.HASHES, MemorySegment.ofArray(hashes));
    }

    /** {@return where rows end that follow one another} */
    private static MemorySegment offsets(long[] lengths, long start) {
        long[] ends = new long[lengths.length];
        long end = start;
        for (int row = 0; row < ends.length; row++) {
            end += lengths[row];
            ends[row] = end;
        }
        return MemorySegment.ofArray(ends);
    }
}
