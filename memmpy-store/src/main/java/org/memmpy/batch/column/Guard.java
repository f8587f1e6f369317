// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.kernel.Faults;

/** Says which batch and column could not be read. */
public final class Guard {
    /** In place of a batch's number, of rows that are of none. */
    public static final long NO_BATCH = -1;

    private Guard() {}

    /**
     * What reads.
     *
     * @param <T> what it finds
     */
    public interface Reading<T> {
        /** {@return what was read; may touch mapped memory} */
        T read();
    }

    /**
     * {@return what was read}
     *
     * @param <T> what is found
     * @param column that is read
     * @param batch its number, or {@link #NO_BATCH}
     * @param reading may touch mapped memory
     * @throws MemmpyException if that fails; the message names batch and column
     */
    public static <T> T of(BoundColumn column, long batch, Reading<T> reading) {
        try {
            T read = reading.read();
            Faults.settle();
            return read;
        } catch (InternalError e) {
            throw new CorruptStoreException(
                    where(batch, column)
                            + "reading mapped memory failed. The file was cut while it was open, or"
                            + " the disk fails; restore it from a copy",
                    e);
        } catch (CorruptStoreException e) {
            throw new CorruptStoreException(where(batch, column) + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new MemmpyException(where(batch, column) + e.getMessage(), e);
        }
    }

    private static String where(long batch, BoundColumn column) {
        String name = "column '" + column.name() + "': ";
        return batch == NO_BATCH ? name : "batch " + batch + ", " + name;
    }
}
