// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;
import org.memmpy.testing.MappingFlags;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Large memory of another, which nobody has touched, is to come in huge pages. */
@SuppressWarnings("restricted")
class HugePagesTest {
    private static final int ROW_BYTES = 1 << 20;
    private static final int ROWS = 40;
    private static final int READ_AND_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;

    @TempDir private Path dir;

    @BeforeEach
    void write() throws Exception {
        MappingFlags.assumeShown();
        assumeTrue(
                Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage")),
                "this Linux has no huge pages");
        byte[] rows = new byte[ROWS * ROW_BYTES];
        for (int row = 0; row < ROWS; row++) {
            rows[(row + 1) * ROW_BYTES - 1] = (byte) row;
        }
        try (Store store = Store.create(dir.resolve("t.memmpy"))) {
            store.array("x", DType.UINT8, ROW_BYTES).append(rows);
            store.commit();
        }
    }

    /** {@return the flags of memory that a batch of some rows was gathered into} */
    private List<String> flags(int rows) throws Throwable {
        long bytes = (long) rows * ROW_BYTES;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment fresh = map(bytes, arena);
            try (Store store = Store.open(dir.resolve("t.memmpy"));
                    BatchLoader loader =
                            BatchLoader.builder(store.table())
                                    .column(column("x"))
                                    .batchSize(rows)
                                    .index(RowIndex.all(rows)) // one batch, alone in the memory
                                    .memory(blocks -> new GivenSlot(List.of(fresh), () -> {}))
                                    .build();
                    Epoch epoch = loader.epoch(0);
                    MiniBatch batch = epoch.next()) {
                long last = (long) (rows - 1) * ROW_BYTES;
                assertEquals(
                        rows - 1,
                        batch.segment(0).get(ValueLayout.JAVA_BYTE, last + ROW_BYTES - 1));
            }
            return MappingFlags.at(fresh.address() + bytes / 2);
        }
    }

    /**
     * A mapping of its own: an arena's memory is zeroed, malloc's may have been asked for before.
     */
    private static MemorySegment map(long bytes, Arena arena) throws Throwable {
        MethodHandle map =
                function(
                        "mmap",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG));
        MethodHandle unmap =
                function(
                        "munmap",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        MemorySegment memory =
                (MemorySegment)
                        map.invokeExact(0L, bytes, READ_AND_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
        return memory.reinterpret(
                bytes,
                arena,
                old -> {
                    try {
                        assertEquals(0, (int) unmap.invokeExact(old, bytes));
                    } catch (Throwable e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static MethodHandle function(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }

    @Test
    void isAskedForInLargeMemory() throws Throwable {
        List<String> flags = flags(ROWS);
        assertTrue(flags.contains("hg"), flags::toString);
    }

    @Test
    void isNotAskedForInSmallMemory() throws Throwable {
        List<String> flags = flags(16);
        assertFalse(flags.contains("hg"), flags::toString);
    }
}
