// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.kernel.Moments;
import org.memmpy.os.LastUse;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.UUID;

/**
 * One statistic's place in the store's directory, named by what it was computed of. It never fails:
 * what cannot be found is computed, and what cannot be written is not kept.
 *
 * <p>A file is {@code "memmpyS1"}, then 64-bit words, little endian: how many words the moments
 * have, the moments, how many classes there are (-1: not counted), the classes, their counts; then
 * the CRC-32C of all before as a 64-bit word.
 */
final class StatisticsCache {
    /** The directory in the store. */
    static final String DIRECTORY = ".cache";

    private static final System.Logger LOG = System.getLogger(StatisticsCache.class.getName());
    private static final long MAGIC = 0x3153_7970_6d6d_656dL;

    private final Path file;
    private final Per per;

    private StatisticsCache(Path file, Per per) {
        this.file = file;
        this.per = per;
    }

    /**
     * Finds the place.
     *
     * @param masks null for an array without mask
     * @param classes whether classes are counted
     */
    static StatisticsCache of(RowLease values, RowLease masks, Per per, boolean classes) {
        Fingerprint key = new Fingerprint("memmpy statistics 1 " + per.name() + " " + classes);
        try {
            if (values.files() instanceof StoreFiles.InDirectory(Path store)
                    && key.add(values.files(), values.node())
                    && (masks == null || key.add(masks.files(), masks.node()))) {
                String name = HexFormat.of().formatHex(key.digest());
                return new StatisticsCache(
                        store.resolve(DIRECTORY, "statistics-" + name + ".bin"), per);
            }
        } catch (IOException | SecurityException e) {
            LOG.log(Level.DEBUG, "statistics are not cached: checksums cannot be read", e);
        }
        return new StatisticsCache(null, per);
    }

    /**
     * {@return what is kept there; null if there is nothing, or it is damaged}
     *
     * @param dtype of the column
     * @param passed as which its elements went into the moments
     */
    Statistics find(DType dtype, DType passed, int groups) {
        if (file == null) {
            return null;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            Statistics found = decode(bytes, dtype, passed, groups);
            LastUse.touch(file); // a vacuum keeps what was used last
            return found;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, file + " cannot be used; it is computed again", e);
            return null;
        }
    }

    private Statistics decode(ByteBuffer bytes, DType dtype, DType passed, int groups)
            throws IOException {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        int end = bytes.limit() - Long.BYTES;
        if (end < 3 * Long.BYTES
                || bytes.getLong(end) != BlockChecksums.of(bytes.slice(0, end))
                || bytes.getLong() != MAGIC) {
            throw new IOException("it is damaged");
        }
        LongBuffer words = bytes.limit(end).asLongBuffer();
        Moments moments = Moments.ofBits(passed, groups, words(words, words.get()));
        long count = words.get();
        return count < 0
                ? new Statistics(dtype, moments, per, null, null)
                : new Statistics(dtype, moments, per, words(words, count), words(words, count));
    }

    private static long[] words(LongBuffer from, long count) throws IOException {
        if (count < 0 || count > from.remaining()) {
            throw new IOException("it says that it has " + count + " words more");
        }
        long[] words = new long[(int) count];
        from.get(words);
        return words;
    }

    /** Keeps a result for those who ask next. */
    void keep(Statistics statistics) {
        if (file == null) {
            return;
        }
        Path aside = file.resolveSibling(file.getFileName() + "-" + UUID.randomUUID() + ".aside");
        try {
            Files.createDirectories(file.getParent());
            try {
                write(aside, encode(statistics));
                Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(aside);
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, file + " cannot be written; nothing is lost", e);
        }
    }

    private static void write(Path aside, ByteBuffer bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private static ByteBuffer encode(Statistics statistics) {
        long[] moments = statistics.moments().bits();
        boolean counted = statistics.hasClasses();
        long[] classes = counted ? statistics.classes() : new long[0];
        long[] counts = counted ? statistics.classCounts() : new long[0];
        int words = 4 + moments.length + 2 * classes.length;
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(words, Long.BYTES))
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC).putLong(moments.length);
        putAll(bytes, moments);
        bytes.putLong(counted ? classes.length : -1);
        putAll(bytes, classes);
        putAll(bytes, counts);
        bytes.putLong(BlockChecksums.of(bytes.duplicate().flip()));
        return bytes.flip();
    }

    private static void putAll(ByteBuffer bytes, long[] words) {
        for (long word : words) {
            bytes.putLong(word);
        }
    }
}
