// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.store.Access;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which columns of a loader are delivered where they are. */
final class Placements {
    private Placements() {}

    /**
     * {@return the placement of each column, null for those that are copied; nothing if all are}
     *
     * @param viewed names of columns, see {@link LoaderBuilder#unsafeViews}
     * @param remapped names of columns, see {@link LoaderBuilder#unsafeRemapped}
     * @param mostRows of a batch
     * @throws IllegalArgumentException if one of them cannot be delivered so
     */
    static List<Placement> of(
            List<BoundColumn> columns,
            Set<String> viewed,
            Set<String> remapped,
            Access access,
            int mostRows) {
        if (viewed.isEmpty() && remapped.isEmpty()) {
            return List.of();
        }
        requireColumns(columns, viewed);
        requireColumns(columns, remapped);
        List<Placement> placements = new ArrayList<>(columns.size());
        boolean complete = false;
        try {
            for (BoundColumn column : columns) {
                placements.add(
                        remapped.contains(column.name())
                                ? new Windows(plain(column).inputs().getFirst(), mostRows)
                                : viewed.contains(column.name())
                                        ? new Views(plain(column), access)
                                        : null);
            }
            complete = true;
            return placements;
        } finally {
            if (!complete) {
                close(placements);
            }
        }
    }

    private static void requireColumns(List<BoundColumn> columns, Set<String> names) {
        for (String name : names) {
            if (columns.stream().noneMatch(column -> column.name().equals(name))) {
                throw new IllegalArgumentException(
                        "'%s' is no column of the loader, which has %s"
                                .formatted(name, columns.stream().map(BoundColumn::name).toList()));
            }
        }
    }

    private static DenseColumn plain(BoundColumn column) {
        if (column instanceof DenseColumn dense && dense.isCopied()) {
            return dense;
        }
        throw new IllegalArgumentException(
                "column '%s' is converted on delivery, so its rows must be copied. Deliver it as it is stored, or store the converted rows with Store.derive"
                        .formatted(column.name()));
    }

    static void close(List<Placement> placements) {
        for (Placement placement : placements) {
            if (placement != null) {
                placement.close();
            }
        }
    }
}
