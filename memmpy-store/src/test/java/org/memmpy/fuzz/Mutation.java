// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damages files: blindly, and by what attackers and torn copies put into them. */
final class Mutation {
    private static final List<String> NUMBERS =
            List.of(
                    "-1",
                    "0",
                    "1",
                    "2147483647",
                    "2147483648",
                    "4294967296",
                    "9223372036854775807",
                    "9223372036854775808",
                    "-9223372036854775808",
                    "1e308",
                    "1e999999999",
                    "0.5",
                    "18446744073709551616",
                    "9".repeat(2000));

    private static final List<String> NAMES =
            List.of(
                    "",
                    ".",
                    "..",
                    "../x",
                    "/etc/passwd",
                    "a/../../b",
                    "C:\\\\x",
                    "x\\u0000y",
                    "a//b",
                    "\\ud800",
                    "x.npy",
                    "con",
                    "values",
                    "a/".repeat(500) + "b",
                    "n".repeat(5000));

    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.\"])-?\\d+(?![\\w.\"])");
    private static final Pattern STRING = Pattern.compile("\"([^\"\\\\]*)\"");

    private final Random random;

    Mutation(long seed) {
        this.random = new Random(seed);
    }

    boolean coin() {
        return random.nextBoolean();
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Flips, overwrites, inserts, repeats, removes and cuts bytes. */
    byte[] ofBytes(byte[] original) {
        byte[] bytes = original.clone();
        for (int k = random.nextInt(4); k >= 0 && bytes.length > 0; k--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(7)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> Arrays.fill(bytes, at, end(bytes, at, 8), (byte) 0xff);
                case 3 -> Arrays.fill(bytes, at, end(bytes, at, 8), (byte) 0);
                case 4 -> bytes = Arrays.copyOf(bytes, at);
                case 5 -> bytes = spliced(bytes, at, end(bytes, at, 64), 2 + random.nextInt(3));
                default -> bytes = spliced(bytes, at, end(bytes, at, 16), 0);
            }
        }
        return bytes;
    }

    private int end(byte[] bytes, int at, int most) {
        return Math.min(bytes.length, at + 1 + random.nextInt(most));
    }

    private static byte[] spliced(byte[] bytes, int from, int to, int times) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        for (int i = 0; i < times; i++) {
            out.write(bytes, from, to - from);
        }
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }

    /** Puts hostile numbers, names and depths into a text, and now and then damages it blindly. */
    String ofText(String original) {
        String text = original;
        for (int k = random.nextInt(3); k >= 0; k--) {
            text =
                    switch (random.nextInt(6)) {
                        case 0, 1 -> replaceOne(text, NUMBER, pick(NUMBERS));
                        case 2, 3 -> replaceOne(text, STRING, '"' + pick(NAMES) + '"');
                        case 4 -> replaceOne(text, coin() ? NUMBER : STRING, nested());
                        default ->
                                new String(
                                        ofBytes(text.getBytes(StandardCharsets.UTF_8)),
                                        StandardCharsets.UTF_8);
                    };
        }
        return text;
    }

    private String nested() {
        int depth = coin() ? 70 : 20_000;
        return coin() ? "[".repeat(depth) + "]".repeat(depth) : "{\"a\":".repeat(depth) + "1";
    }

    private String pick(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String replaceOne(String text, Pattern pattern, String by) {
        Matcher matcher = pattern.matcher(text);
        int found = (int) matcher.results().count();
        if (found == 0) {
            return text;
        }
        int chosen = random.nextInt(found);
        matcher.reset();
        for (int i = 0; i <= chosen; i++) {
            matcher.find();
        }
        return text.substring(0, matcher.start()) + by + text.substring(matcher.end());
    }
}
