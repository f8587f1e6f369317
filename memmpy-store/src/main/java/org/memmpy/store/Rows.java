// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;
import org.memmpy.os.MapArena;
import org.memmpy.os.NativeCalls;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The committed rows of one array in one generation. Its parts are given back when it is retired
 * and no lease holds it.
 */
final class Rows {
    private static final int MAX_CHECKSUMS = 100;

    private final StoreFiles files;
    private final String where;
    private final Manifest.Array node;
    private final MapArena maps;
    private final MappedPart[] parts;

    /** The first row of each part, and behind the last one the number of rows. */
    private final long[] starts;

    /** Those that were asked for, by the number of rows. */
    private final Map<Long, Integer> checksums = new ConcurrentHashMap<>();

    private boolean retired;

    private int users = 1;

    /**
     * Rows of an array.
     *
     * @param previous the array in the generation before, whose mappings are kept where nothing has
     *     changed; may be null
     */
    Rows(StoreFiles files, String where, Manifest.Array node, MapArena maps, Rows previous) {
        this.files = files;
        this.where = where;
        this.node = node;
        this.maps = maps;
        List<Manifest.Part> filled = node.parts().stream().filter(part -> part.rows() > 0).toList();
        this.parts = new MappedPart[filled.size()];
        this.starts = new long[filled.size() + 1];
        for (int i = 0; i < parts.length; i++) {
            Manifest.Part part = filled.get(i);
            MappedPart before = previous == null ? null : previous.mapped(i, part, maps);
            parts[i] =
                    before != null
                            ? before
                            : new MappedPart(files, where, node.type(), part, starts[i], maps);
            starts[i + 1] = starts[i] + part.rows();
        }
    }

    /** The same rows, but none can be read. */
    private Rows(Rows ended) {
        this.files = ended.files;
        this.where = ended.where;
        this.node = ended.node;
        this.maps = ended.maps;
        this.starts = ended.starts;
        this.parts = new MappedPart[ended.parts.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = ended.parts[i].unmappable();
        }
        this.retired = true;
        this.users = 0;
    }

    /**
     * Gives the mappings up, and the number of rows to who asks next.
     *
     * <p>A lease may keep a mapping alive, or another array in the same arena; who has no lease
     * shall not notice that.
     */
    Rows end() {
        Rows ended = new Rows(this);
        retire();
        return ended;
    }

    private MappedPart mapped(int index, Manifest.Part part, MapArena maps) {
        return index < parts.length && parts[index].part().equals(part) && parts[index].share(maps)
                ? parts[index]
                : null;
    }

    /**
     * {@return whether these are all rows of an array, mapped where a generation maps its files}
     */
    boolean isOf(Manifest.Array generation, MapArena generationMaps) {
        return maps.equals(generationMaps) && node.equals(generation);
    }

    StoreFiles files() {
        return files;
    }

    Manifest.Array node() {
        return node;
    }

    long count() {
        return starts[starts.length - 1];
    }

    int parts() {
        return parts.length;
    }

    Manifest.Part part(int part) {
        return parts[part].part();
    }

    /** {@return the CRC-32C of the first rows; see {@link RowsChecksum} for what it costs} */
    int checksum(long count) {
        Integer known = checksums.get(count);
        if (known == null) {
            known = RowsChecksum.of(this, count);
            if (checksums.size() >= MAX_CHECKSUMS) {
                checksums.clear();
            }
            checksums.put(count, known);
        }
        return known;
    }

    /** {@return the rows of one part; read-only} */
    MemorySegment segment(int part) {
        return parts[part].segment();
    }

    /** {@return the first row of a part; the number of rows for the part behind the last} */
    long firstRow(int part) {
        return starts[part];
    }

    /** {@return the part that a row is in} */
    int partOf(long row) {
        if (parts.length == 1) {
            return 0;
        }
        int found = Arrays.binarySearch(starts, row);
        return found >= 0 ? found : -found - 2;
    }

    /** Copies the bytes of consecutive rows, from as many parts as they lie in. */
    void copy(long row, MemorySegment into) {
        long rowBytes = node.type().bytes();
        long done = 0;
        for (int part = partOf(row); done < into.byteSize(); part++) {
            MemorySegment source = segment(part);
            long from = Math.max(0, row - starts[part]) * rowBytes;
            long bytes = Math.min(source.byteSize() - from, into.byteSize() - done);
            MemorySegment.copy(source, from, into, done, bytes);
            done += bytes;
        }
    }

    /** Opens a part for reads by position. */
    ReadableFile open(int part) throws IOException {
        return parts[part].open();
    }

    /** {@return whether the system was asked to forget what it has of the files in memory} */
    boolean dropCached() throws IOException {
        boolean asked = true;
        for (MappedPart part : parts) {
            StoreFiles.Extent extent = files.find(part.part().file());
            asked &= NativeCalls.forget(extent.file(), extent.offset(), extent.bytes());
        }
        return asked;
    }

    /** {@return a hold on the mappings until it is closed; every part is mapped} */
    RowLease lease(Access access) {
        synchronized (this) {
            if (users == 0 || retired) {
                throw new IllegalStateException(where + ": the store was closed");
            }
            users++;
        }
        try {
            List<MemorySegment> segments = new ArrayList<>(parts.length);
            for (MappedPart part : parts) {
                segments.add(part.segment(access));
            }
            return new RowLease(this, segments);
        } catch (RuntimeException | Error e) {
            release();
            throw e;
        }
    }

    /** Takes another hold, for who has one. */
    synchronized void retain() {
        if (users == 0) {
            throw new IllegalStateException(where + ": the lease was closed");
        }
        users++;
    }

    /** {@return the array, for messages} */
    String where() {
        return where;
    }

    /** Gives the mappings up; leases that are out keep them until they are closed. */
    void retire() {
        synchronized (this) {
            if (retired) {
                return;
            }
            retired = true;
        }
        release();
    }

    void release() {
        synchronized (this) {
            if (--users > 0) {
                return;
            }
        }
        for (MappedPart part : parts) {
            part.release();
        }
    }
}
