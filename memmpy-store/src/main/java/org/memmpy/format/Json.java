// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as plain values: Map, List, String, Long, BigInteger, Double, Boolean, null.
 *
 * <p>The only class that knows the JSON library.
 */
public final class Json {
    private static final int MAX_DEPTH = 100;

    /** Less than what is read, because a manifest wraps attributes in a few levels of its own. */
    private static final int MAX_VALUE_DEPTH = 64;

    private static final int MAX_STRING = 1 << 28;

    /** What is written must be read again, so these are less than what is read. */
    private static final int MAX_NAME = 10_000;

    private static final int MAX_INTEGER_BITS = 3_300;
    private static final int MAX_INTEGER_DIGITS = 1_000;
    private static final int MAX_NAME_BYTES = 50_000;
    private static final DefaultPrettyPrinter.Indenter ONE_SPACE =
            DefaultPrettyPrinter.FixedSpaceIndenter.instance;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    // paths are keys that come once: keeping them for the next time costs a third
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH)
                                    .maxStringLength(MAX_STRING)
                                    .maxNumberLength(MAX_INTEGER_DIGITS)
                                    .maxNameLength(MAX_NAME_BYTES)
                                    .build())
                    .build();

    private Json() {}

    /**
     * Parses one JSON document; its maps and lists are unmodifiable.
     *
     * @throws IOException with the place, if the bytes are no JSON, nest too deep, have a key
     *     twice, or are followed by something else
     */
    public static Object parse(byte[] utf8) throws IOException {
        try (JsonParser parser = FACTORY.createParser(utf8)) {
            parser.nextToken();
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw new IOException("something follows the document");
            }
            return value;
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IOException("the document ends too early");
        }
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IOException("unexpected " + token);
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        return integer(parser.getBigIntegerValue());
    }

    private static Object integer(BigInteger value) {
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private static Object requireReadable(BigInteger value) {
        if (value.bitLength() > MAX_INTEGER_BITS) {
            throw new IllegalArgumentException(
                    "an integer of %,d bits; JSON values here have at most %,d. Give it as a string"
                            .formatted(value.bitLength(), MAX_INTEGER_BITS));
        }
        return integer(value);
    }

    /** {@return the name of an attribute or of an object's member, checked} */
    public static String name(String name) {
        if (name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "a name of %,d characters; the name of an attribute or member has at most %,d. Keep long texts in values"
                            .formatted(name.length(), MAX_NAME));
        }
        return requireUnicode(name);
    }

    /**
     * Copies a value, checked to be one of JSON: deep, unmodifiable, with integers as Long and
     * floats as Double.
     *
     * @throws IllegalArgumentException naming what JSON does not have
     */
    public static Object copy(Object value) {
        return copy(value, 0);
    }

    private static Object copy(Object value, int depth) {
        if (depth > MAX_VALUE_DEPTH) {
            throw new IllegalArgumentException(
                    "a JSON value may nest "
                            + MAX_VALUE_DEPTH
                            + " levels deep; this one is deeper");
        }
        return switch (value) {
            case null -> null;
            case Map<?, ?> members -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                for (Map.Entry<?, ?> member : members.entrySet()) {
                    if (!(member.getKey() instanceof String name)) {
                        throw new IllegalArgumentException(
                                "the key " + member.getKey() + " is no string, as JSON wants it");
                    }
                    copy.put(name(name), copy(member.getValue(), depth + 1));
                }
                yield Collections.unmodifiableMap(copy);
            }
            case Collection<?> items -> {
                List<Object> copy = new ArrayList<>();
                items.forEach(item -> copy.add(copy(item, depth + 1)));
                yield Collections.unmodifiableList(copy);
            }
            case CharSequence text -> requireUnicode(text.toString());
            case Boolean flag -> flag;
            case Long number -> number;
            case Integer number -> (long) number;
            case Short number -> (long) number;
            case Byte number -> (long) number;
            case BigInteger number -> requireReadable(number);
            case Double number -> requireFinite(number);
            case Float number -> requireFinite((double) number);
            default ->
                    throw new IllegalArgumentException(
                            "a %s is no JSON value: give maps, lists, strings, numbers, booleans or null"
                                    .formatted(value.getClass().getName()));
        };
    }

    private static Double requireFinite(double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(
                    "JSON has no " + number + ". Leave the member out, or give it as a string");
        }
        return number;
    }

    /** Half a surrogate pair cannot be written as UTF-8, and would come back as another string. */
    private static String requireUnicode(String text) {
        if (text.length() > MAX_STRING) {
            throw new IllegalArgumentException(
                    "a string of %,d characters; one has at most %,d. Keep it in an array of uint8"
                            .formatted(text.length(), MAX_STRING));
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    "a string has half a surrogate pair, which is no Unicode character");
        }
        return text;
    }

    /** {@return a value as JSON, on one line} */
    public static String text(Object value) {
        return new String(writeValue(value), StandardCharsets.UTF_8);
    }

    /** {@return a value as JSON in UTF-8, on one line} */
    public static byte[] writeValue(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
            write(generator, value);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            // cheaper than the library's own check
            if (members.containsKey(name)) {
                throw new IOException("the key '" + name + "' is there twice");
            }
            members.put(name, value(parser));
        }
        return Collections.unmodifiableMap(members);
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser));
        }
        return Collections.unmodifiableList(items);
    }

    /** {@return one member of an object, on one line, with spaces for people to read it} */
    static byte[] member(String name, Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
            generator.setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(ONE_SPACE));
            write(generator, Collections.singletonMap(name, value));
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        int brace = "{ ".length();
        return Arrays.copyOfRange(bytes.toByteArray(), brace, bytes.size() - brace);
    }

    private static void write(JsonGenerator generator, Object value) throws IOException {
        switch (value) {
            case null -> generator.writeNull();
            case Map<?, ?> members -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> member : members.entrySet()) {
                    generator.writeFieldName((String) member.getKey());
                    write(generator, member.getValue());
                }
                generator.writeEndObject();
            }
            case List<?> items -> {
                generator.writeStartArray();
                for (Object item : items) {
                    write(generator, item);
                }
                generator.writeEndArray();
            }
            case String text -> generator.writeString(text);
            case Long number -> generator.writeNumber(number);
            case Integer number -> generator.writeNumber(number);
            case BigInteger number -> generator.writeNumber(number);
            case Double number -> generator.writeNumber(number);
            case Boolean flag -> generator.writeBoolean(flag);
            default -> throw new IllegalArgumentException("no JSON value: " + value.getClass());
        }
    }
}
