// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A file's bytes: those of its last force, and what was written since. */
final class Inode {
    static final int SECTOR = 512;

    private byte[] durable = {};
    private final List<DiskOp.Write> pending = new ArrayList<>();

    Inode() {}

    Inode(byte[] durable) {
        this.durable = durable;
    }

    Inode(Inode other) {
        durable = other.durable;
        pending.addAll(other.pending);
    }

    boolean isPending() {
        return !pending.isEmpty();
    }

    void write(DiskOp.Write write) {
        pending.add(write);
    }

    void force() {
        durable = kept();
        pending.clear();
    }

    byte[] lost() {
        return durable;
    }

    byte[] kept() {
        return first(pending.size());
    }

    /** {@return all, but only half the sectors of the last write} */
    byte[] torn() {
        byte[] content = first(pending.size() - 1);
        DiskOp.Write last = pending.getLast();
        long middle = (last.position() + last.end()) / 2 / SECTOR * SECTOR;
        return middle <= last.position() ? content : apply(content, last, middle);
    }

    private byte[] first(int count) {
        byte[] content = durable;
        for (DiskOp.Write write : pending.subList(0, count)) {
            content = apply(content, write, write.end());
        }
        return content;
    }

    private static byte[] apply(byte[] old, DiskOp.Write write, long end) {
        byte[] content = Arrays.copyOf(old, (int) Math.max(old.length, end));
        copy(write, content, write.position(), end);
        return content;
    }

    private static void copy(DiskOp.Write write, byte[] content, long from, long to) {
        ByteBuffer bytes = write.bytes();
        bytes.get(
                bytes.position() + (int) (from - write.position()),
                content,
                (int) from,
                (int) (to - from));
    }

    /** {@return some of it: writes in order, or any mix of sectors of any length} */
    byte[] mixed(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> lost();
            case 1 -> kept();
            case 2 -> first(random.nextInt(pending.size() + 1));
            default -> sectors(random, length(random));
        };
    }

    /** Old, new, that after any of the writes, or anything between. */
    private int length(SplittableRandom random) {
        int longest = durable.length;
        for (DiskOp.Write write : pending) {
            longest = (int) Math.max(longest, write.end());
        }
        return switch (random.nextInt(4)) {
            case 0 -> durable.length;
            case 1 -> first(random.nextInt(pending.size() + 1)).length;
            case 2 -> {
                int some = durable.length + random.nextInt(longest - durable.length + 1);
                yield Math.max(durable.length, some - some % SECTOR);
            }
            default -> longest;
        };
    }

    /**
     * Each sector as it was after any number of the writes. What was never forced and is not there
     * is zero, or, where blocks were taken but not written, whatever was in them before.
     */
    private byte[] sectors(SplittableRandom random, int length) {
        byte[] content = Arrays.copyOf(durable, length);
        int kept = 0;
        boolean garbage = false;
        for (int start = 0; start < length; start += SECTOR) {
            int end = Math.min(length, start + SECTOR);
            if (random.nextInt(4) == 0) {
                kept = random.nextInt(pending.size() + 1);
                garbage = random.nextInt(4) == 0;
            }
            boolean missing = false;
            for (int i = 0; i < pending.size(); i++) {
                DiskOp.Write write = pending.get(i);
                int from = (int) Math.max(start, write.position());
                int to = (int) Math.min(end, write.end());
                if (from < to && i < kept) {
                    copy(write, content, from, to);
                }
                missing |= from < to && i >= kept;
            }
            if (missing && garbage && kept == 0 && end > durable.length) {
                Arrays.fill(content, Math.max(start, durable.length), end, (byte) 0xa5);
            }
        }
        return content;
    }
}
