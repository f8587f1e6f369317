// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing.disk;

import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * What becomes of each thing that is not durable when the power goes. A thing is a name in a
 * directory ({@link Path}) or a file's unforced bytes ({@link Integer}, the inode); each has its
 * fate for itself.
 */
public abstract class Fate {
    private final String name;

    private Fate(String name) {
        this.name = name;
    }

    /** {@return which of a name's states stays: 0 for the durable one, up to the newest} */
    abstract int state(Path path, int newest);

    abstract byte[] content(int inode, Inode file);

    /** {@return the worst: all lost} */
    public static Fate lost() {
        return new All("all lost", thing -> false);
    }

    /** {@return no power loss at all: the process died, the system lives on} */
    public static Fate kept() {
        return new All("all kept", thing -> true);
    }

    /**
     * {@return all kept or all lost, but for one thing}
     *
     * @param kept what becomes of the others
     * @param thing that has the other fate
     */
    public static Fate allBut(boolean kept, Object thing) {
        String name = (kept ? "all kept" : "all lost") + " but " + thing;
        return new All(name, any -> kept ^ any.equals(thing));
    }

    /** {@return the crash in the middle of a write: half of its sectors are there} */
    public static Fate torn(int torn) {
        return new All("all kept, the last write in half", thing -> true) {
            @Override
            byte[] content(int inode, Inode file) {
                return inode == torn && file.isPending() ? file.torn() : file.kept();
            }
        };
    }

    /** {@return any mix of all} */
    public static Fate mixed(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new Fate("mix " + seed) {
            @Override
            int state(Path path, int newest) {
                return random.nextInt(newest + 1);
            }

            @Override
            byte[] content(int inode, Inode file) {
                return file.isPending() ? file.mixed(random) : file.kept();
            }
        };
    }

    @Override
    public String toString() {
        return name;
    }

    private static class All extends Fate {
        private final Predicate<Object> kept;

        All(String name, Predicate<Object> kept) {
            super(name);
            this.kept = kept;
        }

        @Override
        int state(Path path, int newest) {
            return kept.test(path) ? newest : 0;
        }

        @Override
        byte[] content(int inode, Inode file) {
            return kept.test(inode) ? file.kept() : file.lost();
        }
    }
}
