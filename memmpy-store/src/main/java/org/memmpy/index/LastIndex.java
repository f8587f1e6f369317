// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.function.Function;

/**
 * Keeps what was made for the index that was used last: the epochs of a training run share it.
 *
 * @param <T> what is made
 */
final class LastIndex<T> {
    private volatile Entry<T> last;

    private record Entry<T>(RowIndex rows, T made) {}

    /** {@return what is made for an index; two threads may make it twice} */
    T of(RowIndex rows, Function<RowIndex, T> make) {
        Entry<T> found = last;
        if (found == null || found.rows != rows) {
            found = new Entry<>(rows, make.apply(rows));
            last = found;
        }
        return found.made;
    }
}
