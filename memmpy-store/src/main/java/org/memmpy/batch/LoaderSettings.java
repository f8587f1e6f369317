// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.batch.column.BoundColumn;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Table;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What a {@link LoaderBuilder} collects, with what holds if nothing is said. */
final class LoaderSettings {

    final List<Table> tables;
    final List<Source> mixed;
    final List<Column> columns = new ArrayList<>();
    RowIndex index;
    long epochRows;
    int batchSize = 32;
    Order order = Order.sequential();
    Ends ends = Ends.KEEP;
    int rank;
    int world = 1;
    OptionalInt threads = OptionalInt.empty();
    OptionalInt prefetch = OptionalInt.empty();

    /** 0 if it depends on their memory. */
    int maxOpenBatches;

    Duration logEvery = Duration.ZERO;
    BatchMemory memory;
    final Set<String> viewed = new LinkedHashSet<>();
    final Set<String> remapped = new LinkedHashSet<>();
    boolean unsafeNativeCopy;
    ReadPolicy policy = ReadPolicy.AUTO;

    LoaderSettings(Table table) {
        this.tables = List.of(table);
        this.mixed = List.of();
        this.index = RowIndex.all(table.rows());
    }

    LoaderSettings(List<Source> sources) {
        this.tables = sources.stream().map(Source::table).toList();
        this.mixed = sources;
        RowIndex[] numbered = new RowIndex[sources.size()];
        for (int s = 0; s < numbered.length; s++) {
            numbered[s] = Source.numbered(s, sources.get(s).rows());
        }
        this.index = RowIndex.concat(numbered);
        this.epochRows = index.size();
    }

    /** {@return the columns, found in the tables} */
    List<BoundColumn> boundColumns() {
        return columns.stream()
                .map(column -> column.bind(tables))
                .map(column -> unsafeNativeCopy ? column.unsafeNativeCopy() : column)
                .toList();
    }

    /** {@return the order of the epochs: that of a mix, if there is one} */
    Order epochs() {
        return mixed.isEmpty()
                ? order
                : Order.mixed(
                        order,
                        mixed.stream().mapToDouble(Source::share).toArray(),
                        epochRows,
                        mixed.stream().map(Source::rows).toArray(RowIndex[]::new));
    }

    /** {@return the bounds of the rows that are read, of each table} */
    List<Long> bounds() {
        return mixed.isEmpty()
                ? List.of(index.bound())
                : mixed.stream().map(source -> source.rows().bound()).toList();
    }

    /** Refuses what no loader can do. */
    void check() {
        if (columns.isEmpty()) {
            throw new IllegalArgumentException(
                    tables.getFirst() + ": no column was chosen. Add one with column(\"name\")");
        }
        if (index.size() == 0) {
            throw new IllegalArgumentException(
                    tables.getFirst()
                            + ": there are no rows to load: "
                            + (tables.getFirst().rows() == 0
                                    ? "the table is empty. Append rows and commit"
                                    : "the index is empty"));
        }
        if (mixed.isEmpty() && index.bound() > tables.getFirst().rows()) {
            throw new IllegalArgumentException(
                    "%s: the index names rows up to %,d. It was made for another table or a later generation"
                            .formatted(tables.getFirst(), index.bound() - 1));
        }
        requireOneTableOfOrder();
        requirePositive("batchSize", batchSize);
        order.requireBatchSize(batchSize);
        requirePositive("world", world);
        if (rank < 0 || rank >= world || batchSize % world != 0) {
            throw new IllegalArgumentException(
                    "rank %d of %d, batches of %,d rows: ranks are 0 to %d, and their number must divide the batch size"
                            .formatted(rank, world, batchSize, world - 1));
        }
        requirePositive("threads", threads.orElse(1));
        requirePositive("prefetch", prefetch.orElse(1));
        if (hasPlacements() && policy == ReadPolicy.PREAD) {
            throw new IllegalArgumentException(
                    "columns are to be views or remapped, which read mappings, and ReadPolicy.PREAD reads none");
        }
        if (hasPlacements() && memory != null) {
            throw new IllegalArgumentException(
                    "the loader is to gather into memory of another, so columns cannot be views or remapped");
        }
    }

    /** A row's number is another row in another table. */
    private void requireOneTableOfOrder() {
        Table first = tables.getFirst();
        boolean several =
                tables.stream()
                        .anyMatch(
                                table ->
                                        table.store() != first.store()
                                                || !table.path().equals(first.path()));
        if (several && !order.columns().isEmpty()) {
            throw new IllegalArgumentException(
                    "%s looks rows up in %s, which is of one table, but several tables are mixed. Mix them in an order without columns, such as Order.shuffled"
                            .formatted(order, order.columns().getFirst()));
        }
    }

    /** {@return how many batches to be ahead by} */
    Prefetch prefetch() {
        return new Prefetch(prefetch);
    }

    /** {@return whether columns are delivered where they are mapped} */
    boolean hasPlacements() {
        return !viewed.isEmpty() || !remapped.isEmpty();
    }

    static void requirePositive(String what, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " is " + value + "; at least 1");
        }
    }
}
