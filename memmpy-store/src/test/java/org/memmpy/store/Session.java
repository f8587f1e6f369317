// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.testing.Rows;
import org.memmpy.testing.disk.DiskOp;
import org.memmpy.testing.disk.JournalDisk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes to a store on a {@link JournalDisk}, and to a {@link Model} beside it, which is kept for
 * every generation. What the session has no method for is done on {@link #store()} and {@link
 * #model()}, one after the other.
 */
final class Session implements AutoCloseable {
    /** How parts are called that their writer does not force. */
    static final String UNFORCED = "unforced";

    private final JournalDisk disk;
    private final Path path;
    private final Map<Long, Model> generations = new TreeMap<>();
    private final long before;
    private Model model = new Model();
    private Store store;

    /** The store, or the part in which rows are being written. */
    private Store target;

    private long seed;

    /** Begins where no store is. */
    Session(JournalDisk disk, Path path) {
        this.disk = disk;
        this.path = path;
        this.before = 0;
    }

    /** Goes on where a store of a known generation is. */
    Session(JournalDisk disk, Path path, long generation, Model model) {
        this.disk = disk;
        this.path = path;
        this.before = generation;
        this.generations.put(generation, model);
    }

    JournalDisk disk() {
        return disk;
    }

    Path path() {
        return path;
    }

    Store store() {
        return store;
    }

    /** {@return what the next commit will make durable; to be changed with the store} */
    Model model() {
        return model;
    }

    /** {@return the generation that was durable before the session; 0 for none} */
    long before() {
        return before;
    }

    /** {@return what every generation holds that was committed, or was being committed} */
    Map<Long, Model> generations() {
        return generations;
    }

    void create(StoreOption... options) throws IOException {
        model = new Model();
        if (options.length == 0) {
            model.tables().add("");
        }
        generations.put(1L, model.copy());
        store = Store.create(path, disk, options);
        target = store;
        disk.mark(1L);
    }

    void edit() throws IOException {
        store = Store.edit(path, disk);
        target = store;
        Model committed = generations.get(store.generation());
        assertNotNull(committed, () -> store + " was never committed");
        model = committed.copy();
    }

    void table(String group) {
        store.createTable(group);
        model.tables().add(group);
    }

    void array(String name, DType dtype, long... shape) throws IOException {
        store.array(name, dtype, shape);
        model.columns().put(name, new Model.Column(RowType.of(dtype, shape), new byte[0]));
    }

    void append(String name, int rows) throws IOException {
        Model.Column column = model.columns().get(name);
        byte[] more = Rows.random(column.type(), rows, ++seed ^ (before << 32));
        target.array(name, column.type().dtype(), column.type().shape())
                .append(MemorySegment.ofArray(more));
        model.columns().put(name, column.plus(more));
    }

    /** Appends zeros, and writes over the row at an offset among them. */
    void reserve(String name, int rows, int offset) throws IOException {
        Model.Column column = model.columns().get(name);
        int rowBytes = (int) column.type().bytes();
        byte[] more = new byte[rows * rowBytes];
        byte[] row = Rows.random(column.type(), 1, ++seed);
        System.arraycopy(row, 0, more, offset * rowBytes, rowBytes);
        MappedArray array = store.array(name);
        array.reserve(rows);
        array.write(column.rows() + offset, MemorySegment.ofArray(row));
        model.columns().put(name, column.plus(more));
    }

    /** Starts anew in the place of the store that is there. */
    void replace() throws IOException {
        store = Store.create(path, disk, StoreOption.REPLACE);
        target = store;
        model = new Model();
        model.tables().add("");
    }

    void ragged(String name, RaggedType type) throws IOException {
        model.raggeds().put(name, type);
        put(name, 0);
    }

    /** Appends rows of a ragged array, with keys if it has them. */
    void put(String name, int rows) throws IOException {
        Composites.append(target, model, name, rows);
    }

    void masked(String name, DType dtype, long... shape) throws IOException {
        model.masked().put(name, RowType.of(dtype, shape));
        mask(name, 0);
    }

    /** Appends rows of a masked array. */
    void mask(String name, int rows) throws IOException {
        Composites.appendMasked(target, model, name, rows, ++seed ^ (before << 32));
    }

    /** Appends equally many rows to all arrays. */
    void appendToAll(int rows) throws IOException {
        for (String name : new ArrayList<>(model.columns().keySet())) {
            append(name, rows);
        }
        for (String name : new ArrayList<>(model.raggeds().keySet())) {
            put(name, rows);
        }
        for (String name : new ArrayList<>(model.masked().keySet())) {
            mask(name, rows);
        }
    }

    /**
     * Writes a part, whose rows count as appended: it is to be adopted before the next commit.
     *
     * @param forced whether its writer forces anything
     * @return its directory
     */
    Path part(boolean forced, Scenario.Body filling) throws IOException {
        if (!forced) {
            disk.forget(op -> op instanceof DiskOp.Force || op instanceof DiskOp.ForceDirectory);
        }
        try (Store part = PartStores.create(path, forced ? "forced" : UNFORCED, disk)) {
            target = part;
            filling.run(this);
            part.commit();
            return part.path();
        } finally {
            target = store;
            disk.forget(op -> false);
        }
    }

    void commit() throws IOException {
        long next = store.generation() + 1;
        generations.put(next, model.copy());
        assertEquals(next, store.commit());
        disk.mark(next);
        model.check(store);
    }

    void compact() throws IOException {
        long next = store.generation() + 1;
        generations.put(next, model.copy());
        assertEquals(next, store.compact());
        disk.mark(next);
        model.check(store);
    }

    @Override
    public void close() {
        if (store != null) {
            store.close();
        }
    }
}
