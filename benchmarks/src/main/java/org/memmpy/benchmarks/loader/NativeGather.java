// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.memmpy.benchmarks.race.Gcc;
import org.memmpy.benchmarks.race.SkippedException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/** The functions of {@code gather.c}, which check nothing. */
final class NativeGather {
    private final Arena arena;
    private final MethodHandle gather;
    private final MethodHandle copy;
    private final MethodHandle sum;

    /**
     * Compiles and loads the library.
     *
     * @param directory where to
     * @param arena keeps it loaded
     * @throws SkippedException if there is no gcc
     */
    @SuppressWarnings("restricted") // the signatures are those of the C text
    NativeGather(Path directory, Arena arena) throws IOException {
        Path library = Gcc.compile(directory, "gather.c", "-shared", "-fPIC");
        this.arena = arena;
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, arena);
        Linker linker = Linker.nativeLinker();
        gather =
                linker.downcallHandle(
                        symbols.findOrThrow("gather"),
                        FunctionDescriptor.ofVoid(
                                ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG,
                                JAVA_LONG));
        copy =
                linker.downcallHandle(
                        symbols.findOrThrow("copy"),
                        FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));
        sum =
                linker.downcallHandle(
                        symbols.findOrThrow("sum"),
                        FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
    }

    /** {@return segments as an array of pointers} */
    MemorySegment pointers(List<MemorySegment> segments) {
        MemorySegment array = arena.allocate(ADDRESS, segments.size());
        for (int i = 0; i < segments.size(); i++) {
            array.setAtIndex(ADDRESS, i, segments.get(i));
        }
        return array;
    }

    /**
     * Gathers all rows, each batch over the one before.
     *
     * @param to pointers to the targets
     * @param from pointers to the columns, whose leases the caller holds
     * @param columns how many
     * @param rows int64
     * @param count of rows, a multiple of {@code batch}
     */
    void gather(
            MemorySegment to,
            MemorySegment from,
            int columns,
            MemorySegment rows,
            long count,
            int batch,
            long rowBytes) {
        try {
            gather.invokeExact(to, from, (long) columns, rows, count, (long) batch, rowBytes);
        } catch (Throwable e) {
            throw new AssertionError("gather.c throws nothing", e);
        }
    }

    /** Copies {@code bytes} in order, piece over piece. */
    void copy(MemorySegment to, MemorySegment from, long bytes, long piece) {
        try {
            copy.invokeExact(to, from, bytes, piece);
        } catch (Throwable e) {
            throw new AssertionError("gather.c throws nothing", e);
        }
    }

    /** {@return the sum of memory, a multiple of 128 bytes, which is read from end to end} */
    long sum(MemorySegment from) {
        try {
            return (long) sum.invokeExact(from, from.byteSize());
        } catch (Throwable e) {
            throw new AssertionError("gather.c throws nothing", e);
        }
    }
}
