// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.NormalizeRows;

import java.util.function.Consumer;

/** {@code (x - mean) / std}, by groups as statistics have them. Immutable, for any threads. */
final class Normalization implements Consumer<RowBlock> {
    private final NormalizeRows loop;
    private final RowType from;

    Normalization(RowType from, DType to, Statistics statistics) {
        int groups = statistics.per().groups(from);
        if (groups != statistics.groups()) {
            throw new IllegalArgumentException(
                    "statistics of %d groups per %s do not fit rows of %s, which have %d"
                            .formatted(statistics.groups(), statistics.per(), from, groups));
        }
        long run = statistics.per().run(from);
        this.loop = new NormalizeRows(from.dtype(), to, statistics.means(), statistics.stds(), run);
        this.from = from;
    }

    @Override
    public void accept(RowBlock block) {
        loop.apply(block.input(0), block.output(), block.rows() * from.elements());
    }
}
