// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The one class that calls the C library: what Java has no words for, and what makes reading from a
 * slow disk faster. All of it is optional. On Linux and macOS it is there unless the JVM was told
 * to deny it, which is logged once, when it is first asked for; a JVM that was told nothing warns
 * by itself.
 *
 * <p>Memory must be mapped while it is spoken of, so the caller holds a lease on it. Nothing here
 * touches it.
 */
@SuppressWarnings("restricted")
public final class NativeCalls {
    /** Linux reads ahead no more than this for one piece of advice, and says nothing. */
    public static final long MOST_AT_ONCE = 128 << 10;

    /** What the system can be told of mapped memory; the numbers are those of Linux and macOS. */
    public enum Advice {
        /** Nothing; not even the system is called. */
        NONE(0),
        /** A page that is touched is read alone. */
        RANDOM(1),
        /** Far more than the page that is touched is read. */
        SEQUENTIAL(2);

        private final int number;

        Advice(int number) {
            this.number = number;
        }
    }

    private static final System.Logger LOG = System.getLogger(NativeCalls.class.getName());
    private static final int WILL_NEED = 3;

    // Linux's numbers, for what only Linux is asked
    private static final int NO_ACCESS = 0;
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int PRIVATE = 2;
    private static final int FIXED = 0x10;
    private static final int ANONYMOUS = 0x20;
    private static final int NO_RESERVE = 0x4000;
    private static final int POPULATE_READ = 22;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int SEEK_END = 2;
    private static final int BAD_ADDRESS = 14;
    private static final int DONT_NEED = 4;
    private static final int HUGE_PAGES = 14;

    private NativeCalls() {}

    /** The functions; found when the first is called. */
    private static final class Library {
        static final Library FOUND = find();

        private final MethodHandle advise;
        private final MethodHandle resident;
        private final long pageBytes;
        private final MethodHandle populate;
        private final MethodHandle map;
        private final MethodHandle unmap;
        private final MethodHandle open;
        private final MethodHandle close;
        private final MethodHandle seek;

        private Library(Linker linker) throws Throwable {
            this.advise =
                    function(
                            linker,
                            "madvise",
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT);
            this.resident =
                    function(
                            linker,
                            "mincore",
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS);
            this.pageBytes =
                    (int) function(linker, "getpagesize", ValueLayout.JAVA_INT).invokeExact();
            this.populate =
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("madvise"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_INT),
                            Linker.Option.captureCallState("errno"));
            this.map =
                    function(
                            linker,
                            "mmap",
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG);
            this.unmap =
                    function(
                            linker,
                            "munmap",
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG);
            this.open =
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("open"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_INT),
                            Linker.Option.firstVariadicArg(2));
            this.close = function(linker, "close", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
            this.seek =
                    function(
                            linker,
                            "lseek",
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT);
        }

        private static MethodHandle function(
                Linker linker, String name, MemoryLayout result, MemoryLayout... arguments) {
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow(name),
                    FunctionDescriptor.of(result, arguments));
        }

        private static Library find() {
            String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
            if (!system.startsWith("linux") && !system.startsWith("mac")) {
                return null;
            }
            try {
                return new Library(Linker.nativeLinker());
            } catch (IllegalCallerException e) {
                Module module = NativeCalls.class.getModule();
                LOG.log(
                        Level.WARNING,
                        "this JVM may not call the system''s library, so rows that are not cached are read more slowly. Start it with --enable-native-access={0}",
                        module.isNamed() ? module.getName() : "ALL-UNNAMED");
                return null;
            } catch (Throwable e) { // a JVM without a linker, or a library without the functions
                LOG.log(Level.DEBUG, "no native calls", e);
                return null;
            }
        }
    }

    /** {@return whether there is anything to call} */
    public static boolean isAvailable() {
        return Library.FOUND != null;
    }

    /** {@return the bytes of a page of memory; 4096 where it is not known} */
    public static long pageBytes() {
        return isAvailable() ? Library.FOUND.pageBytes : 4096;
    }

    /**
     * Tells in which order a mapping is going to be read.
     *
     * @param mapped all of a mapping
     * @return whether the system has taken note
     */
    public static boolean advise(MemorySegment mapped, Advice advice) {
        return advice != Advice.NONE && advise(mapped.address(), mapped.byteSize(), advice.number);
    }

    /**
     * Asks for memory that is going to be read, and does not wait for it: by several calls if it is
     * longer than the system takes at once. That of files that are in memory costs one call all the
     * same, some 300 ns. It is a hint, and not told whether it was heeded.
     *
     * @param address where it begins; the rest of its page comes along
     */
    public static void willNeed(long address, long bytes) {
        long end = address + bytes;
        long from = pageOf(address);
        while (from < end && advise(from, Math.min(MOST_AT_ONCE, end - from), WILL_NEED)) {
            from += MOST_AT_ONCE;
        }
    }

    private static boolean advise(long address, long bytes, int advice) {
        if (!isAvailable() || bytes == 0) {
            return false;
        }
        long from = pageOf(address);
        try {
            int error =
                    (int) Library.FOUND.advise.invokeExact(from, address + bytes - from, advice);
            return error == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise", e);
        }
    }

    /**
     * {@return whether all pages of some memory are in memory now, as far as the system says; true
     * where it says nothing}
     *
     * @param states room for a byte for each page, off the heap
     */
    public static boolean isResident(long address, long bytes, MemorySegment states) {
        long resident = residentPages(address, bytes, states);
        return resident < 0 || resident == pages(address, bytes);
    }

    /**
     * {@return how many pages of some memory are in memory now, as far as the system says; -1 where
     * it says nothing}
     *
     * @param states room for a byte for each page, off the heap
     */
    public static long residentPages(long address, long bytes, MemorySegment states) {
        if (!isAvailable() || bytes == 0) {
            return -1;
        }
        long from = pageOf(address);
        long pages = pages(address, bytes);
        if (pages > states.byteSize()) {
            throw new IllegalArgumentException(
                    "room for %d pages of %d".formatted(states.byteSize(), pages));
        }
        try {
            if ((int) Library.FOUND.resident.invokeExact(from, address + bytes - from, states)
                    != 0) {
                return -1;
            }
        } catch (Throwable e) {
            throw new IllegalStateException("mincore", e);
        }
        long resident = 0;
        for (long page = 0; page < pages; page++) {
            resident += states.get(ValueLayout.JAVA_BYTE, page) & 1;
        }
        return resident;
    }

    /** {@return the pages that some memory lies in, the first and the last one in part} */
    public static long pages(long address, long bytes) {
        return (address + bytes - pageOf(address) + pageBytes() - 1) / pageBytes();
    }

    /**
     * Has the system forget what it keeps in memory of a part of a file, after it has written what
     * it had not yet. What a mapping has been read through stays. Linux only.
     *
     * @return whether the system was asked; it does not say what it did
     */
    public static boolean forget(Path file, long offset, long bytes) {
        if (!isLinux()) {
            return false;
        }
        int descriptor = open(file);
        if (descriptor < 0) {
            return false;
        }
        try {
            int written = (int) Forgetting.FOUND.force.invokeExact(descriptor);
            return (int) Forgetting.FOUND.advise.invokeExact(descriptor, offset, bytes, DONT_NEED)
                            == 0
                    && written == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("posix_fadvise", e);
        } finally {
            close(descriptor);
        }
    }

    /** What not every system has; found when it is first called. */
    private static final class Forgetting {
        static final Forgetting FOUND = new Forgetting(Linker.nativeLinker());

        private final MethodHandle force;
        private final MethodHandle advise;

        private Forgetting(Linker linker) {
            this.force =
                    Library.function(
                            linker, "fdatasync", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
            this.advise =
                    Library.function(
                            linker,
                            "posix_fadvise",
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT);
        }
    }

    private static boolean isLinux() {
        return isAvailable()
                && System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("linux");
    }

    /** Takes whole pages out of the page table; what was written to private ones is lost. */
    static void dropPages(long address, long bytes) {
        advise(address, bytes, DONT_NEED);
    }

    /** Asks for huge pages where whole pages of memory lie, see {@link HugePages}. */
    static void wantHugePages(long address, long bytes) {
        long from = pageOf(address + pageBytes() - 1);
        if (isLinux()) {
            advise(from, pageOf(address + bytes) - from, HUGE_PAGES);
        }
    }

    // ---- windows, see PageWindow

    /** {@return whether windows of pages can be made: Linux only, for what they ask of it} */
    static boolean hasWindows() {
        return isLinux();
    }

    /** {@return the address of reserved address space that nothing lies in; -1 if there is none} */
    static long reserve(long bytes) {
        return map(0, bytes, NO_ACCESS, PRIVATE | ANONYMOUS | NO_RESERVE, -1, 0);
    }

    /**
     * Maps a part of a file into address space that was reserved: private, readable and writable.
     *
     * @return whether it was mapped; if not, nothing has changed
     */
    static boolean mapInto(long address, long bytes, int file, long offset) {
        return map(address, bytes, READ | WRITE, PRIVATE | FIXED, file, offset) == address;
    }

    private static long map(
            long address, long bytes, int protection, int flags, int file, long offset) {
        try {
            return (long)
                    Library.FOUND.map.invokeExact(address, bytes, protection, flags, file, offset);
        } catch (Throwable e) {
            throw new IllegalStateException("mmap", e);
        }
    }

    /** {@return address space as memory that Java may touch until the arena is closed} */
    static MemorySegment memory(long address, long bytes, Arena arena) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, arena, null);
    }

    /** Gives address space back. */
    static void unmap(long address, long bytes) {
        try {
            int ignored = (int) Library.FOUND.unmap.invokeExact(address, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException("munmap", e);
        }
    }

    /**
     * Has mapped pages read, and waits for them.
     *
     * @return whether all could be; an older system cannot tell, which counts as done
     */
    static boolean populate(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            int error =
                    (int) Library.FOUND.populate.invokeExact(state, address, bytes, POPULATE_READ);
            return error == 0 || state.get(ValueLayout.JAVA_INT, 0) != BAD_ADDRESS;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise", e);
        }
    }

    /** {@return a descriptor of a file that is open for reading; -1 if it cannot be opened} */
    static int open(Path file) {
        Charset encoding = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(file.toString(), encoding);
            return (int) Library.FOUND.open.invokeExact(name, CLOSE_ON_EXEC);
        } catch (Throwable e) {
            throw new IllegalStateException("open", e);
        }
    }

    /** {@return how long a file is now; -1 if that cannot be told} */
    static long size(int file) {
        try {
            return (long) Library.FOUND.seek.invokeExact(file, 0L, SEEK_END);
        } catch (Throwable e) {
            throw new IllegalStateException("lseek", e);
        }
    }

    static void close(int file) {
        try {
            int ignored = (int) Library.FOUND.close.invokeExact(file);
        } catch (Throwable e) {
            throw new IllegalStateException("close", e);
        }
    }

    // ---- copies

    /**
     * Copies by the C library's {@code memcpy}, as fast as C does and as unguarded: nothing checks
     * the addresses, memory that cannot be read ends the JVM, and no garbage is collected until the
     * call returns, so pages should be in memory before. Only if {@link #isAvailable}.
     *
     * @param from address of the first byte
     * @param to where it goes
     */
    public static void unsafeCopy(long from, long to, long bytes) {
        try {
            long ignored = (long) Memcpy.CALL.invokeExact(to, from, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException("memcpy", e);
        }
    }

    /** A constant of its own: HotSpot makes a call of no more than a jump only of such. */
    private static final class Memcpy {
        static final MethodHandle CALL = find(Linker.nativeLinker());

        private static MethodHandle find(Linker linker) {
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("memcpy"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.critical(false));
        }
    }

    private static long pageOf(long address) {
        return address & -pageBytes();
    }
}
