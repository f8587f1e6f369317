// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which columns of a loader are delivered where they are. */
final class Placements {
    private Placements() {}

    /**
     * Refuses columns that cannot be delivered so.
     *
     * @param viewed names of columns, see {@link LoaderBuilder#unsafeViews}
     * @param remapped names of columns, see {@link LoaderBuilder#unsafeRemapped}
     * @throws IllegalArgumentException if one of them cannot be
     * @throws IllegalStateException if the system or the JVM does not allow it
     */
    static void check(List<BoundColumn> columns, Set<String> viewed, Set<String> remapped) {
        requireColumns(columns, viewed);
        requireColumns(columns, remapped);
        for (BoundColumn column : columns) {
            if (viewed.contains(column.name()) || remapped.contains(column.name())) {
                requirePlain(column);
            }
            if (remapped.contains(column.name())) {
                column.inputs().getFirst().forEach(array -> array.unsafePages().close());
            }
        }
    }

    /**
     * {@return the placement of each column of a pass, null for those that are copied; nothing if
     * all are}
     *
     * @param viewed names of columns that were checked
     * @param remapped names of columns that were checked
     * @param pins where rows are
     * @param mostRows of a batch
     */
    static List<Placement> of(
            List<BoundColumn> columns,
            Set<String> viewed,
            Set<String> remapped,
            Pins pins,
            int mostRows) {
        if (viewed.isEmpty() && remapped.isEmpty()) {
            return List.of();
        }
        List<Placement> placements = new ArrayList<>(columns.size());
        for (BoundColumn column : columns) {
            placements.add(
                    remapped.contains(column.name())
                            ? new Windows(column.inputs().getFirst(), pins, mostRows)
                            : viewed.contains(column.name()) ? new Views(column, pins) : null);
        }
        return placements;
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

    private static void requirePlain(BoundColumn column) {
        if (column instanceof DenseColumn && column.isCopied()) {
            return;
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
