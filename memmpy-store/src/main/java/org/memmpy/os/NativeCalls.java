// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
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

    private NativeCalls() {}

    /** The functions; found when the first is called. */
    private static final class Library {
        static final Library FOUND = find();

        private final MethodHandle advise;
        private final MethodHandle resident;
        private final long pageBytes;

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
        if (!isAvailable() || bytes == 0) {
            return true;
        }
        long from = pageOf(address);
        long length = address + bytes - from;
        long pages = (length + pageBytes() - 1) / pageBytes();
        if (pages > states.byteSize()) {
            throw new IllegalArgumentException(
                    "room for %d pages of %d".formatted(states.byteSize(), pages));
        }
        try {
            if ((int) Library.FOUND.resident.invokeExact(from, length, states) != 0) {
                return true;
            }
        } catch (Throwable e) {
            throw new IllegalStateException("mincore", e);
        }
        for (long page = 0; page < pages; page++) {
            if ((states.get(ValueLayout.JAVA_BYTE, page) & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    private static long pageOf(long address) {
        return address & -pageBytes();
    }
}
