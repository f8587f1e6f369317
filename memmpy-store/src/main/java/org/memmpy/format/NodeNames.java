// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a group or an array may be called, and what its file is called for that.
 *
 * <p>A path is names joined by {@code /}. Names are the same on every system: what one file system
 * cannot hold, or would take for something else, is refused on all of them.
 */
public final class NodeNames {
    private static final int MAX_BYTES = 200;
    private static final String FORBIDDEN = "/\\<>\"|?*";
    private static final Pattern NUMBERED_DEVICE = Pattern.compile("(com|lpt)[0-9¹²³]");
    private static final Pattern OURS = Pattern.compile(".*\\.(npy|crc|json|lock|aside)");
    private static final Pattern NUMBERED =
            Pattern.compile(".*~[0-9]+\\.(npy|value\\.json)", Pattern.DOTALL);
    private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul");

    private NodeNames() {}

    /**
     * Checks a path and brings it to Unicode's composed form (NFC).
     *
     * @param path names joined by {@code /}
     * @return the path under which the node is kept
     * @throws IllegalArgumentException with the name and what is wrong with it
     */
    public static String check(String path) {
        String composed = Normalizer.normalize(path, Normalizer.Form.NFC);
        for (String name : composed.split("/", -1)) {
            String wrong = fault(name);
            if (wrong != null) {
                throw new IllegalArgumentException(
                        "'"
                                + path
                                + "': "
                                + (name.isEmpty() ? "a name" : "the name '" + name + "'")
                                + " "
                                + wrong
                                + ". A path is names joined by '/', of printable characters except \\"
                                + " < > \" | ? *");
            }
        }
        return composed;
    }

    private static String fault(String name) {
        if (name.isEmpty()) {
            return "is empty";
        }
        if (name.equals(".") || name.equals("..")) {
            return "would leave the store";
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return "is longer than " + MAX_BYTES + " bytes";
        }
        if (name.endsWith(".") || name.endsWith(" ") || name.startsWith(" ")) {
            return "starts with a space, or ends with a space or a dot, which Windows drops";
        }
        for (int i = 0; i < name.length(); i += Character.charCount(name.codePointAt(i))) {
            int c = name.codePointAt(i);
            if (FORBIDDEN.indexOf(c) >= 0 || !isPrintable(c)) {
                return "has the character U+%04X".formatted(c);
            }
        }
        String stem = name.toLowerCase(Locale.ROOT).split("\\.", 2)[0];
        if (DEVICES.contains(stem) || NUMBERED_DEVICE.matcher(stem).matches()) {
            return "is a device on Windows";
        }
        return null;
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }

    /**
     * {@return whether a path leads to a place inside the directory that it is resolved in}
     *
     * <p>What is read is checked for safety only. The full rules depend on the version of Unicode
     * that a JVM knows, and a store must not become unreadable on an older one.
     */
    public static boolean staysInside(String path) {
        int start = 0;
        for (int i = 0; i <= path.length(); i++) {
            char c = i == path.length() ? '/' : path.charAt(i);
            if (c == '\\' || c == '\0') {
                return false;
            }
            if (c == '/') {
                boolean dots =
                        (i - start == 1 || i - start == 2)
                                && path.charAt(start) == '.'
                                && path.charAt(i - 1) == '.';
                if (i == start || dots) {
                    return false;
                }
                start = i + 1;
            }
        }
        return true;
    }

    /** {@return the group that a node is in; the root, {@code ""}, for a name without a slash} */
    public static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /** {@return the last name of a path} */
    public static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** {@return a name in Unicode's composed form (NFC), in which it is kept} */
    static String composed(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) >= 0x80) {
                return Normalizer.normalize(path, Normalizer.Form.NFC);
            }
        }
        return path;
    }

    /** {@return what is equal for names that some file system cannot tell apart} */
    public static String folded(String path) {
        return path.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    /**
     * {@return the directory of a group inside the store}
     *
     * <p>A name that the store uses for files of its own ({@code .cache}, {@code x.npy}, {@code
     * memmpy-000001.json}) gets an underscore behind it. Two groups may share a directory: files
     * are created exclusively, so a clash of their names is solved there.
     */
    public static String directory(String group) {
        if (group.isEmpty()) {
            return "";
        }
        StringBuilder directory = new StringBuilder();
        for (String name : group.split("/", -1)) {
            boolean ours =
                    name.startsWith(".") || OURS.matcher(name.toLowerCase(Locale.ROOT)).matches();
            directory
                    .append(directory.isEmpty() ? "" : "/")
                    .append(portable(name))
                    .append(ours ? "_" : "");
        }
        return directory.toString();
    }

    /**
     * {@return a file name for a node, relative to the store, with {@code /}}
     *
     * <p>The plain name first, if it was never used; then names with the generation that makes the
     * file, which cannot have been used before: {@code x.npy}, {@code x~12.npy}, {@code
     * x~12~2.npy}.
     *
     * @param path the node
     * @param suffix {@code .npy} or {@code .value.json}
     * @param generation that will name the file first
     * @param attempt 0, 1, ... while there is such a file
     */
    public static String file(String path, String suffix, long generation, int attempt) {
        String directory = directory(parent(path));
        String name = portable(last(path));
        return (directory.isEmpty() ? "" : directory + "/")
                + name
                + switch (attempt) {
                    case 0 -> "";
                    case 1 -> "~" + generation;
                    default -> "~" + generation + "~" + attempt;
                }
                + suffix;
    }

    /** {@return whether a file name has a generation in it, so that no later one can get it} */
    public static boolean isNumbered(String file) {
        return NUMBERED.matcher(file).matches();
    }

    /** A colon starts a stream or a drive on Windows. */
    private static String portable(String name) {
        return name.replace(':', '_');
    }
}
