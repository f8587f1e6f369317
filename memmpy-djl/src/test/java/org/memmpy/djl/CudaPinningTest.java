// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Calls of CUDA's library, which is one of Java functions here. */
@SuppressWarnings("UnusedMethod") // the library's functions are found by their names
class CudaPinningTest {
    private static final int ALREADY_REGISTERED = 712;

    private final Arena arena = Arena.ofConfined();
    private final List<String> calls = new ArrayList<>();
    private int result;

    @AfterEach
    void close() {
        arena.close();
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
        assertTrue(cuda.pin(memory));
        cuda.unpin(memory);
        assertEquals(
                List.of(
                        "register %d 8192 1".formatted(memory.address()),
                        "unregister " + memory.address()),
                calls);
    }

    @Test
    void anErrorIsTakenBackFromTheLibrary() {
        result = ALREADY_REGISTERED;
        Pinning cuda = new CudaPinning(this::find);
        assertFalse(cuda.pin(arena.allocate(8192, 4096)));
        assertEquals("lastError", calls.getLast());
    }

    @Test
    void anotherLibraryIsRefused() {
        SymbolLookup none = name -> Optional.empty();
        assertThrows(NoSuchElementException.class, () -> new CudaPinning(none));
    }

    @Test
    void aMachineWithoutTheLibraryPinsNothing() {
        Pinning found = Pinning.ofSystem();
        assertNotNull(found);
        assertFalse(Pinning.NONE.pin(arena.allocate(1)));
    }
}
