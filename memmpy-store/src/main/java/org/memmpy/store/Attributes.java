// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Json;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

/**
 * Named JSON values of one node: strings, {@code Long}, {@code BigInteger}, {@code Double}, {@code
 * Boolean}, null, and lists and maps of such. They stand in the manifest, so keep them small; a
 * large document is a {@linkplain Store#putValue value} of its own.
 *
 * <p>Changes are seen by their writer at once and by readers from the next commit on. Safe from any
 * thread.
 */
public final class Attributes {
    private final StoreTree store;
    private final String path;

    Attributes(StoreTree store, String path) {
        this.store = store;
        this.path = path;
    }

    /** {@return all attributes, in the order in which they were set; does not change} */
    public Map<String, Object> asMap() {
        return store.attributesOf(path);
    }

    /**
     * {@return whether there is one, null or not}
     *
     * @param name its name
     */
    public boolean contains(String name) {
        return asMap().containsKey(name);
    }

    /**
     * {@return one attribute, unmodifiable}
     *
     * @param name its name
     * @throws NoSuchElementException if there is none, naming those that are there
     */
    public Object get(String name) {
        Map<String, Object> all = asMap();
        if (!all.containsKey(name)) {
            throw new NoSuchElementException(
                    "%s has no attribute '%s'. It has: %s"
                            .formatted(
                                    where(),
                                    name,
                                    all.isEmpty() ? "none" : String.join(", ", all.keySet())));
        }
        return all.get(name);
    }

    /**
     * {@return a string}
     *
     * @param name its name
     * @throws NoSuchElementException if there is none
     * @throws ClassCastException if it is something else, saying what
     */
    public String getString(String name) {
        return typed(name, String.class, "a string");
    }

    /**
     * {@return an integer}
     *
     * @param name its name
     * @throws NoSuchElementException if there is none
     * @throws ClassCastException if it is something else or does not fit 64 bits, saying what
     */
    public long getLong(String name) {
        return typed(name, Long.class, "an integer of 64 bits");
    }

    /**
     * {@return a number}
     *
     * @param name its name
     * @throws NoSuchElementException if there is none
     * @throws ClassCastException if it is something else, saying what
     */
    public double getDouble(String name) {
        return typed(name, Number.class, "a number").doubleValue();
    }

    /**
     * {@return a truth value}
     *
     * @param name its name
     * @throws NoSuchElementException if there is none
     * @throws ClassCastException if it is something else, saying what
     */
    public boolean getBoolean(String name) {
        return typed(name, Boolean.class, "a boolean");
    }

    /**
     * {@return a list, unmodifiable}
     *
     * @param name its name
     * @throws NoSuchElementException if there is none
     * @throws ClassCastException if it is something else, saying what
     */
    public List<?> getList(String name) {
        return typed(name, List.class, "a list");
    }

    /**
     * {@return an object, its members by name, unmodifiable}
     *
     * @param name its name
     * @throws NoSuchElementException if there is none
     * @throws ClassCastException if it is something else, saying what
     */
    public Map<?, ?> getMap(String name) {
        return typed(name, Map.class, "an object");
    }

    private <T> T typed(String name, Class<T> type, String expected) {
        Object value = get(name);
        if (!type.isInstance(value)) {
            throw new ClassCastException(
                    "%s: attribute '%s' is %s, not %s"
                            .formatted(where(), name, text(value), expected));
        }
        return type.cast(value);
    }

    private static String text(Object value) {
        String json = Json.text(value);
        return json.length() <= 80 ? json : json.substring(0, 77) + "...";
    }

    /**
     * Sets an attribute, committed with the next generation. Integers become {@code Long}, floats
     * {@code Double}.
     *
     * @param name any string
     * @param value a JSON value: maps with strings for keys, collections, strings, numbers,
     *     booleans and null, nested at most 64 levels; it is copied
     * @return these attributes
     * @throws IllegalArgumentException if it is no JSON value; NaN and infinities are none
     * @throws IllegalStateException if the store is open for reading only
     */
    public Attributes set(String name, Object value) {
        Object copy = Json.copy(value);
        Json.name(name);
        store.changeAttributes(path, all -> all.put(name, copy));
        return this;
    }

    /**
     * {@return an attribute as JSON, on one line}
     *
     * @param name its name
     * @throws NoSuchElementException if there is none
     */
    public String getJson(String name) {
        return Json.text(get(name));
    }

    /**
     * Sets an attribute to what a JSON document says, as {@link #set}.
     *
     * @param name any string
     * @param json one JSON value, for example {@code [1, "two", null]}
     * @return these attributes
     * @throws IllegalArgumentException with the place, if it is no JSON, has a key twice, nests
     *     more than 64 levels deep, or is a number that a manifest cannot have
     * @throws IllegalStateException if the store is open for reading only
     */
    public Attributes setJson(String name, String json) {
        Object value;
        try {
            value = Json.parse(((String) Json.copy(json)).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s: the attribute '%s' was given what is no JSON: %s"
                            .formatted(where(), name, e.getMessage()),
                    e);
        }
        return set(name, value);
    }

    /**
     * Removes an attribute, if there is one.
     *
     * @param name its name
     * @return these attributes
     * @throws IllegalStateException if the store is open for reading only
     */
    public Attributes remove(String name) {
        store.changeAttributes(path, all -> all.remove(name));
        return this;
    }

    static Map<String, Object> changed(
            Map<String, Object> before, Consumer<Map<String, Object>> change) {
        Map<String, Object> copy = new LinkedHashMap<>(before);
        change.accept(copy);
        return Collections.unmodifiableMap(copy);
    }

    private String where() {
        return store.path() + (path.isEmpty() ? ", the root" : ", '" + path + "'");
    }

    /** {@return the attributes as JSON} */
    @Override
    public String toString() {
        return Json.text(asMap());
    }
}
