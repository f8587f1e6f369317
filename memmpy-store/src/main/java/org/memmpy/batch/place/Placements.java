// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.place;

import org.memmpy.MemmpyException;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Guard;
import org.memmpy.batch.column.Pins;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which columns of a pass are delivered where they are, and where that is. Safe from any thread.
 */
public final class Placements implements AutoCloseable {
    /** All columns are copied. */
    public static final Placements NONE = new Placements(List.of(), Set.of(), Set.of(), null, null);

    private final List<BoundColumn> columns;

    /** Null for each column that is copied; empty if all are. */
    private final List<Placement> placements = new ArrayList<>();

    /**
     * Prepares.
     *
     * @param viewed names of columns that were {@linkplain #check checked}, as all that follow
     * @param remapped names of columns
     * @param pins where rows are
     * @param windows for rows that are mapped side by side
     */
    public Placements(
            List<BoundColumn> columns,
            Set<String> viewed,
            Set<String> remapped,
            Pins pins,
            WindowPool windows) {
        this.columns = columns;
        if (viewed.isEmpty() && remapped.isEmpty()) {
            return;
        }
        for (BoundColumn column : columns) {
            placements.add(
                    remapped.contains(column.name())
                            ? new Windows(column, pins, windows)
                            : viewed.contains(column.name()) ? new Views(column, pins) : null);
        }
    }

    /**
     * Refuses columns that cannot be delivered so.
     *
     * @param viewed names of columns that are to be views, if their rows follow one another
     * @param remapped names of columns whose rows are to be mapped side by side
     * @throws IllegalArgumentException if one of them cannot be
     * @throws IllegalStateException if the system or the JVM does not allow it
     */
    public static void check(List<BoundColumn> columns, Set<String> viewed, Set<String> remapped) {
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
     * Finds the memory of a batch's rows.
     *
     * @param batch its number, or {@link Guard#NO_BATCH}
     * @param located its rows in each column
     * @return where those of each column are, null for a column that has to be copied; empty if all
     *     have to be
     * @throws MemmpyException if they cannot be placed; the message names batch and column
     */
    public List<Placed> place(long batch, List<BoundColumn.Located> located) {
        if (placements.isEmpty()) {
            return List.of();
        }
        List<Placed> placed = new ArrayList<>(columns.size());
        boolean complete = false;
        try {
            for (int c = 0; c < columns.size(); c++) {
                Placement placement = placements.get(c);
                BoundColumn.Located rows = located.get(c);
                if (placement == null) {
                    placed.add(null);
                    continue;
                }
                Guard.of( // a fault that is told late finds it in the list
                        columns.get(c), batch, () -> placed.add(placement.place(rows)));
            }
            complete = true;
            return placed;
        } finally {
            if (!complete) {
                Placed.releaseAll(placed);
            }
        }
    }

    /** Places nothing more; what was placed stays until it is released. */
    @Override
    public void close() {
        for (Placement placement : placements) {
            if (placement != null) {
                placement.close();
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

    private static void requirePlain(BoundColumn column) {
        if (column.hasFixedRows() && column.isCopied()) {
            return;
        }
        throw new IllegalArgumentException(
                "column '%s' is converted on delivery, so its rows must be copied. Deliver it as it is stored, or store the converted rows with Store.derive"
                        .formatted(column.name()));
    }
}
