// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Pins by CUDA's runtime library: the one that the engine has loaded, or one that the system finds.
 * None is required.
 */
@SuppressWarnings("restricted")
final class CudaPinning implements Pinning {
    /** What there is; looked for when a device is first used. */
    static final Pinning FOUND = find();

    private static final int SUCCESS = 0;

    /** For every context, not only that of the thread which pins. */
    private static final int PORTABLE = 1;

    private final MethodHandle register;
    private final MethodHandle unregister;
    private final MethodHandle lastError;

    /**
     * Binds the functions.
     *
     * @throws java.util.NoSuchElementException if one is missing
     */
    CudaPinning(SymbolLookup library) {
        this.register =
                bind(
                        library,
                        "cudaHostRegister",
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT);
        this.unregister = bind(library, "cudaHostUnregister", ValueLayout.ADDRESS);
        this.lastError = bind(library, "cudaGetLastError");
    }

    private static MethodHandle bind(SymbolLookup library, String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        library.findOrThrow(name),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    private static Pinning find() {
        for (String name : names()) {
            try {
                return new CudaPinning(SymbolLookup.libraryLookup(name, Arena.global()));
            } catch (RuntimeException e) { // not there, not that, or not allowed
                System.getLogger(CudaPinning.class.getName())
                        .log(Level.DEBUG, "no pinned memory by " + name, e);
            }
        }
        return NONE;
    }

    private static String[] names() {
        return Stream.concat(
                        loaded().stream(),
                        Stream.of(
                                "libcudart.so.13",
                                "libcudart.so.12",
                                "libcudart.so",
                                "cudart64_13.dll",
                                "cudart64_12.dll"))
                .toArray(String[]::new);
    }

    /** {@return the library that the engine has brought with it, on Linux} */
    private static Optional<String> loaded() {
        try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
            return mappings.filter(line -> line.contains("/libcudart"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .findFirst();
        } catch (IOException e) { // another system
            return Optional.empty();
        }
    }

    @Override
    public boolean pin(MemorySegment memory) {
        try {
            return succeeded((int) register.invokeExact(memory, memory.byteSize(), PORTABLE));
        } catch (Throwable e) {
            throw new AssertionError(e); // the call itself throws nothing
        }
    }

    @Override
    public void unpin(MemorySegment memory) {
        try {
            succeeded((int) unregister.invokeExact(memory));
        } catch (Throwable e) {
            throw new AssertionError(e); // the call itself throws nothing
        }
    }

    /** Takes an error back from CUDA, which else tells the engine of it at some later call. */
    private boolean succeeded(int result) throws Throwable {
        if (result == SUCCESS) {
            return true;
        }
        int told = (int) lastError.invokeExact();
        System.getLogger(CudaPinning.class.getName())
                .log(Level.DEBUG, "CUDA pins no memory: error {0}, {1}", result, told);
        return false;
    }
}
