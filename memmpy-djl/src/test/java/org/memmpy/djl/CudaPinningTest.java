// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Calls of CUDA's library, which is one of Java functions here. */
@SuppressWarnings("UnusedMethod") // the library's functions are found by their names
class CudaPinningTest {
    private static final int INVALID_DEVICE = 101;
    private static final int ALREADY_REGISTERED = 712;

    private final Arena arena = Arena.ofConfined();
    private final List<String> calls = new ArrayList<>();
    private int result;
    private int deviceResult;

    @AfterEach
    void close() {
        arena.close();
    }

    private int setDevice(int device) {
        calls.add("setDevice " + device);
        return deviceResult;
    }

    private int register(MemorySegment memory, long bytes, int flags) {
        calls.add("register %d %d %d".formatted(memory.address(), bytes, flags));
        return result;
    }

    private int unregister(MemorySegment memory) {
        calls.add("unregister " + memory.address());
        return result;
    }

    private int lastError() {
        calls.add("lastError");
        return result;
    }

    private Optional<MemorySegment> find(String name) {
        return switch (name) {
            case "cudaSetDevice" ->
                    Optional.of(
                            stub(
                                    "setDevice",
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)));
            case "cudaHostRegister" ->
                    Optional.of(
                            stub(
                                    "register",
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.ADDRESS,
                                            ValueLayout.JAVA_LONG,
                                            ValueLayout.JAVA_INT)));
            case "cudaHostUnregister" ->
                    Optional.of(
                            stub(
                                    "unregister",
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS)));
            case "cudaGetLastError" ->
                    Optional.of(stub("lastError", FunctionDescriptor.of(ValueLayout.JAVA_INT)));
            default -> Optional.empty();
        };
    }

    @SuppressWarnings("restricted")
    private MemorySegment stub(String method, FunctionDescriptor function) {
        try {
            MethodType type = function.toMethodType();
            MethodHandle handle =
                    MethodHandles.lookup()
                            .findVirtual(CudaPinningTest.class, method, type)
                            .bindTo(this);
            return Linker.nativeLinker().upcallStub(handle, function, arena);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    @Test
    void memoryIsRegisteredAndUnregistered() {
        Pinning cuda = new CudaPinning(this::find);
        MemorySegment memory = arena.allocate(8192, 4096);
        assertTrue(cuda.pin(memory, Device.gpu(2)));
        cuda.unpin(memory);
        assertEquals(
                List.of(
                        "setDevice 2",
                        "register %d 8192 1".formatted(memory.address()),
                        "unregister " + memory.address()),
                calls);
    }

    @Test
    void anErrorIsTakenBackFromTheLibrary() {
        result = ALREADY_REGISTERED;
        Pinning cuda = new CudaPinning(this::find);
        assertFalse(cuda.pin(arena.allocate(8192, 4096), Device.gpu()));
        assertEquals("lastError", calls.getLast());
    }

    @Test
    void aDeviceThatIsNotThereIsNoneToPinFor() {
        deviceResult = INVALID_DEVICE;
        Pinning cuda = new CudaPinning(this::find);
        assertFalse(cuda.pin(arena.allocate(8192, 4096), Device.gpu(9)));
        assertEquals(List.of("setDevice 9", "lastError"), calls);
    }

    @Test
    void anotherLibraryIsRefused() {
        SymbolLookup none = name -> Optional.empty();
        assertThrows(NoSuchElementException.class, () -> new CudaPinning(none));
    }

    @Test
    void aMachineWithoutTheLibraryPinsNothing() {
        Pinning found = CudaPinning.find(List.of("/nowhere/libcudart.so.0"));
        assertSame(Pinning.NONE, found);
        assertFalse(found.pin(arena.allocate(1), Device.gpu()));
        assertNotNull(Pinning.ofSystem(), "whatever this machine has");
    }

    @Test
    void theEnginesOwnLibraryIsTriedFirst(@TempDir Path dir) throws Exception {
        List<String> ofSystem = CudaPinning.names(dir.resolve("none"));
        assertTrue(ofSystem.contains("libcudart.so.12"), ofSystem.toString());
        Path mappings = dir.resolve("maps");
        String first = "7f00-7f01 r-xp 0 08:01 1    /caf\u00e9/model.bin\n";
        String second = "7f02-7f03 r-xp 0 08:01 2    /lib of mine/libcudart-9f.so.12\n";
        Files.writeString(mappings, first + second, StandardCharsets.ISO_8859_1); // no UTF-8
        List<String> names = CudaPinning.names(mappings);
        assertEquals("/lib of mine/libcudart-9f.so.12", names.getFirst());
        assertEquals(ofSystem, names.subList(1, names.size()));
        assertEquals(ofSystem, CudaPinning.names(dir), "of a folder no line can be read");
    }
}
