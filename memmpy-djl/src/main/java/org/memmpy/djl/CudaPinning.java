// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pins by CUDA's runtime library: the one that the engine has loaded, or one that the system finds.
 * None is required.
 */
@SuppressWarnings("restricted")
final class CudaPinning implements Pinning {
    private static final List<String> OF_SYSTEM =
            List.of(
                    "libcudart.so.13",
                    "libcudart.so.12",
                    "libcudart.so",
                    "cudart64_13.dll",
                    "cudart64_12.dll");

    /** What there is; looked for when a device is first used. */
    static final Pinning FOUND = find(names(Path.of("/proc/self/maps")));

    private static final int SUCCESS = 0;

    /** For every context, not only that of the thread which pins. */
    private static final int PORTABLE = 1;

    private final MethodHandle setDevice;
    private final MethodHandle register;
    private final MethodHandle unregister;
    private final MethodHandle lastError;

    /**
     * Binds the functions.
     *
     * @throws java.util.NoSuchElementException if one is missing
     */
    CudaPinning(SymbolLookup library) {
        this.setDevice = bind(library, "cudaSetDevice", ValueLayout.JAVA_INT);
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

    /** {@return the first of some libraries that can be used, or none} */
    static Pinning find(List<String> names) {
        for (String name : names) {
            try {
                return new CudaPinning(SymbolLookup.libraryLookup(name, Arena.global()));
            } catch (RuntimeException e) { // not there, not that, or not allowed
                System.getLogger(CudaPinning.class.getName())
                        .log(Level.DEBUG, "no pinned memory by " + name, e);
            }
        }
        return NONE;
    }

    /**
     * {@return what the library may be called: as what the engine has brought with it, on Linux,
     * and then as the system's}
     *
     * @param mappings lists the files that the process has mapped; need not be there
     */
    static List<String> names(Path mappings) {
        List<String> names = new ArrayList<>();
        // file names are any bytes, of which this charset refuses none
        try (Stream<String> lines = Files.lines(mappings, StandardCharsets.ISO_8859_1)) {
            lines.filter(line -> line.contains("/libcudart"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .findFirst()
                    .ifPresent(names::add);
        } catch (IOException | UncheckedIOException e) { // another system
            names.clear();
        }
        names.addAll(OF_SYSTEM);
        return names;
    }

    @Override
    public boolean pin(MemorySegment memory, Device device) {
        try {
            // else CUDA makes itself at home on the first device, too
            return succeeded((int) setDevice.invokeExact(device.getDeviceId()))
                    && succeeded((int) register.invokeExact(memory, memory.byteSize(), PORTABLE));
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
