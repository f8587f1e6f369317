// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.format.Json;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * How far a pass over a loader's rows has come, to go on from there: in another process, with
 * another batch size, number of threads or number of ranks. It counts what was delivered, not what
 * was gathered ahead. A few hundred bytes of JSON, docs/FORMAT.md, "Loader states".
 *
 * @param store the uuid of the store; for people, data are told apart by the columns
 * @param columns what the rows of the columns hold, by name: {@link
 *     org.memmpy.store.MappedArray#fingerprint}, up to the last row that the index has
 * @param index what the index is: {@link org.memmpy.index.RowIndex#fingerprint}
 * @param order what the order is: {@link org.memmpy.index.Order#toJson}
 * @param epoch the number of the pass
 * @param rank of those that shared the order
 * @param world how many did
 * @param globalBatch rows of a batch, of all ranks together
 * @param rows rows of the epoch that all ranks together have got
 * @param ended whether that was all of the epoch
 */
public record LoaderState(
        UUID store,
        Map<String, String> columns,
        String index,
        String order,
        long epoch,
        int rank,
        int world,
        int globalBatch,
        long rows,
        boolean ended) {
    private static final String FORMAT = "memmpy loader state";
    private static final long VERSION = 1;

    /** Copies the map. */
    public LoaderState {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** {@return the state as a JSON object on one line} */
    public String toJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("format", FORMAT);
        members.put("version", VERSION);
        members.put("store", store.toString());
        members.put("columns", columns);
        members.put("index", index);
        members.put("order", order);
        members.put("epoch", epoch);
        members.put("rank", (long) rank);
        members.put("world", (long) world);
        members.put("globalBatch", (long) globalBatch);
        members.put("rows", rows);
        members.put("ended", ended);
        return Json.text(members);
    }

    /**
     * Reads a state.
     *
     * @param json as {@link #toJson} writes it
     * @return the state
     * @throws IllegalArgumentException if it is none, or of a later version
     */
    public static LoaderState fromJson(String json) {
        Object parsed;
        try {
            parsed = Json.parse(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the loader state is no JSON, or was cut: " + e.getMessage(), e);
        }
        if (!(parsed instanceof Map<?, ?> members) || !FORMAT.equals(members.get("format"))) {
            throw new IllegalArgumentException(
                    "this JSON is no loader state: its member \"format\" is not \"%s\""
                            .formatted(FORMAT));
        }
        if (!Long.valueOf(VERSION).equals(members.get("version"))) {
            throw new IllegalArgumentException(
                    "the loader state has version %s; this memmpy reads version %d"
                            .formatted(members.get("version"), VERSION));
        }
        try {
            Map<String, String> columns = new LinkedHashMap<>();
            ((Map<?, ?>) member(members, "columns", Map.class))
                    .forEach((name, hash) -> columns.put((String) name, (String) hash));
            return new LoaderState(
                    UUID.fromString(member(members, "store", String.class)),
                    columns,
                    member(members, "index", String.class),
                    member(members, "order", String.class),
                    member(members, "epoch", Long.class),
                    Math.toIntExact(member(members, "rank", Long.class)),
                    Math.toIntExact(member(members, "world", Long.class)),
                    Math.toIntExact(member(members, "globalBatch", Long.class)),
                    member(members, "rows", Long.class),
                    member(members, "ended", Boolean.class));
        } catch (ClassCastException | ArithmeticException e) {
            throw new IllegalArgumentException("the loader state has impossible members", e);
        }
    }

    private static <T> T member(Map<?, ?> members, String name, Class<T> type) {
        Object value = members.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "the loader state's member \"%s\" is %s".formatted(name, value));
        }
        return type.cast(value);
    }

    /**
     * Checks that a loader delivers what this state counts.
     *
     * @throws IllegalArgumentException naming what differs
     */
    void requireSame(LoaderState now) {
        require("order, its seed included", order, now.order);
        require("index", index, now.index);
        if (!columns.equals(now.columns)) {
            Map<String, String> here = new LinkedHashMap<>(now.columns);
            here.entrySet().removeAll(columns.entrySet());
            Map<String, String> there = new LinkedHashMap<>(columns);
            there.entrySet().removeAll(now.columns.entrySet());
            throw new IllegalArgumentException(
                    "the state was saved by a loader of other data: it has %s, this loader has %s. Resume with the rows and columns of then, or start the epoch anew"
                            .formatted(there, here));
        }
    }

    private static void require(String what, String saved, String now) {
        if (!saved.equals(now)) {
            throw new IllegalArgumentException(
                    "the state was saved by a loader with another %s: %s, not %s. Resume with the settings of then, or start the epoch anew"
                            .formatted(what, saved, now));
        }
    }
}
