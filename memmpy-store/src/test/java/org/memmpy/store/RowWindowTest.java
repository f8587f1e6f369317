// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.os.Arenas;
import org.memmpy.os.NativeCalls;
import org.memmpy.os.PageFile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Windows, pages and stores that were closed give no memory of anybody else. */
@Timeout(60)
class RowWindowTest {
    private static final int ROWS = 8;

    @TempDir private Path directory;

    @BeforeEach
    void requireWindows() {
        assumeTrue(PageFile.isSupported(), "no windows on this system");
    }

    /** An array {@code x} of rows of a page, all bytes of it the same, and an empty one. */
    private Store create(String name, int value) throws IOException {
        long page = NativeCalls.pageBytes();
        Path path = directory.resolve(name);
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            byte[] rows = new byte[(int) page * ROWS];
            java.util.Arrays.fill(rows, (byte) value);
            store.array("x", DType.UINT8, page).append(rows);
            store.array("side/empty", DType.UINT8, page);
            store.commit();
        }
        return Store.open(path);
    }

    private static void assertClosed(Executable use) {
        String message = assertThrows(IllegalStateException.class, use).getMessage();
        assertTrue(message.contains("was closed"), message);
    }

    @Test
    void aClosedWindowIsNotMappedInto() throws IOException {
        try (Store store = create("a", 1);
                RowPages pages = store.array("x").unsafePages()) {
            RowWindow window = new RowWindow(pages, ROWS);
            window.map(0, pages, 0, ROWS);
            window.load(ROWS);
            window.close();
            assertClosed(() -> window.load(ROWS));
            assertClosed(() -> window.map(0, pages, 0, ROWS));
            assertClosed(window::clear);
        }
    }

    @Test
    void aClearedWindowForgetsWhatWasWrittenAndIsMappedAnew() throws IOException {
        try (Store one = create("a", 1);
                Store two = create("b", 2);
                RowPages ones = one.array("x").unsafePages();
                RowPages twos = two.array("x").unsafePages();
                RowWindow window = new RowWindow(ones, ROWS)) {
            window.clear(); // nothing is mapped
            window.map(0, ones, 0, ROWS);
            window.load(ROWS);
            window.segment(ROWS).fill((byte) 7);
            window.clear();
            assertEquals(1, window.segment(1).get(ValueLayout.JAVA_BYTE, 0));
            window.map(0, twos, 0, ROWS);
            window.load(ROWS);
            assertEquals(2, window.segment(ROWS).get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    @Test
    void closedPagesGiveNoRowsOfAnotherFile() throws IOException {
        try (Store one = create("a", 1);
                Store two = create("b", 2)) {
            RowPages closed = one.array("x").unsafePages();
            try (RowWindow window = new RowWindow(closed, ROWS)) {
                window.map(0, closed, 0, ROWS);
                closed.close();
                closed.close();
                try (RowPages other = two.array("x").unsafePages()) {
                    assertClosed(() -> window.map(0, closed, 0, ROWS));
                    assertEquals(1, window.segment(1).get(ValueLayout.JAVA_BYTE, 0));
                    window.map(0, other, 0, 1);
                    assertEquals(2, window.segment(1).get(ValueLayout.JAVA_BYTE, 0));
                }
            }
        }
    }

    @Test
    void aWindowMayBeClosedTwice() throws Exception {
        try (Store store = create("a", 1);
                RowPages pages = store.array("x").unsafePages()) {
            RowWindow window = new RowWindow(pages, ROWS);
            window.close();
            window.close();
        }
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("memmpy-unmap"))) {
            Thread.sleep(10); // until the timeout: other tests may have left one that ends
        }
    }

    @Test
    void aClosedArenaIsClosed() {
        Arena arena = Arena.ofShared();
        arena.close();
        AtomicBoolean closed = new AtomicBoolean();
        Arenas.close(arena, () -> closed.set(true));
        assertTrue(closed.get());
    }

    @Test
    void aClosedStoreOpensNoPages() throws IOException {
        for (String name : List.of("x", "side/empty")) {
            Store store = create(name.replace('/', '-'), 1);
            MappedArray array = store.array(name);
            array.unsafePages().close();
            store.close();
            assertClosed(array::unsafePages);
        }
    }

    /** Who closes waits for who maps: no row of a file that was opened since is ever seen. */
    @Test
    void closingMeanwhileIsSafe() throws Exception {
        try (Store one = create("a", 1);
                Store two = create("b", 2);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 100; round++) {
                RowPages pages = one.array("x").unsafePages();
                AtomicLong maps = new AtomicLong();
                List<RowWindow> windows = new ArrayList<>();
                List<Future<?>> users = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    RowWindow window = new RowWindow(pages, ROWS);
                    windows.add(window);
                    users.add(threads.submit(() -> mapUntilClosed(window, pages, maps)));
                }
                while (maps.get() < 20) {
                    Thread.onSpinWait();
                }
                if (round % 2 == 0) {
                    windows.forEach(RowWindow::close);
                }
                pages.close();
                RowPages other = two.array("x").unsafePages();
                for (Future<?> user : users) {
                    user.get();
                }
                other.close();
                windows.forEach(RowWindow::close);
            }
        }
    }

    private static void mapUntilClosed(RowWindow window, RowPages pages, AtomicLong maps) {
        assertThrows(
                IllegalStateException.class,
                () -> {
                    while (true) {
                        window.map(0, pages, 0, ROWS);
                        window.load(ROWS);
                        assertEquals(1, window.segment(1).get(ValueLayout.JAVA_BYTE, 0));
                        maps.incrementAndGet();
                    }
                });
    }
}
