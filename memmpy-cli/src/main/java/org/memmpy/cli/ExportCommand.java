// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.NodeKind;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.store.MappedArray;
import org.memmpy.store.MaskedArray;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;
import org.memmpy.transfer.Exporter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** Writes an array to a file. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        header = "Writes an array to a file. An existing file is not touched.",
        description = {
            "",
            "A ragged array becomes an .npz file with values and offsets: row i is"
                    + " values[offsets[i]:offsets[i+1]]. If each row has a shape of its own, shapes[i]"
                    + " is that of row i, to reshape it to. If rows have keys, these are ragged rows"
                    + " of UTF-8 bytes: keys/values and keys/offsets.",
            "",
            "A masked array becomes an .npz file with data and mask, for"
                    + " numpy.ma.MaskedArray(data, mask); or, with --fill, an .npy file."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy export train.memmpy image image.npy",
            "  memmpy export events.memmpy jets/pt pt.npz",
            "  memmpy export events.memmpy energy energy.npy --fill NaN"
        })
final class ExportCommand implements Callable<Integer> {
    /** Only lookups by key need these, and only the store makes them. */
    private static final Set<String> INDEX = Set.of("hashes", "sorted");

    @Parameters(
            index = "0",
            paramLabel = "STORE",
            description = "The store's directory, or a packed file.")
    private Path path;

    @Parameters(
            index = "1",
            paramLabel = "ARRAY",
            description = "The array's path in the store, for example image or jets/pt.")
    private String name;

    @Parameters(
            index = "2",
            paramLabel = "FILE",
            description = "The new file; its name's ending says of which kind: .npy or .npz.")
    private Path target;

    @Option(
            names = "--fill",
            paramLabel = "NUMBER",
            description =
                    "Write a masked array as an .npy file, with this in the place of masked elements.")
    private String fill;

    @Spec private CommandSpec spec;

    ExportCommand() {}

    @Override
    public Integer call() throws IOException {
        Number filling = fill == null ? null : number(fill);
        Exporter exporter = Formats.exporter(target);
        try (Store store = Stores.open(path)) {
            String node = Stores.node(name);
            NodeKind kind = store.exists(node) ? store.node(node).kind() : NodeKind.ARRAY;
            requireFits(exporter, kind, node);
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(
                        target.toString(),
                        null,
                        "it exists already, and nothing is overwritten. Choose another name or"
                                + " delete it");
            }
            String written =
                    switch (kind) {
                        case RAGGED -> write(exporter, store, store.ragged(node));
                        case MASKED -> write(exporter, store.masked(node), filling);
                        default -> write(exporter, store.array(node));
                    };
            spec.commandLine()
                    .getOut()
                    .println(
                            "%s: %s, %s"
                                    .formatted(target, written, Text.bytes(Files.size(target))));
        }
        return 0;
    }

    private Number number(String text) {
        try {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "nan" -> Double.NaN;
                case "inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                default ->
                        text.matches("[-+]?\\d+")
                                ? (Number) Long.valueOf(text)
                                : (Number) Double.valueOf(text);
            };
        } catch (NumberFormatException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--fill is '" + text + "', but a number is wanted, for example 0, -1.5 or NaN",
                    e);
        }
    }

    /** What the library says of this, it says to programmers. */
    private void requireFits(Exporter exporter, NodeKind kind, String node) {
        boolean single = exporter.format().equals(".npy");
        if (fill != null && (kind != NodeKind.MASKED || !single)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--fill is for a masked array and an .npy file; "
                            + (kind != NodeKind.MASKED
                                    ? "'%s' is no masked array".formatted(node)
                                    : "%s gets data and mask".formatted(target)));
        }
        if (single && kind == NodeKind.RAGGED) {
            throw new UnsupportedFormatException(
                    "%s: '%s' is a ragged array, and an .npy file has rows of one shape. Name the file .npz, which gets values and offsets"
                            .formatted(target, node));
        }
        if (single && kind == NodeKind.MASKED && fill == null) {
            throw new UnsupportedFormatException(
                    "%s: '%s' is a masked array, and an .npy file has no mask. Name the file .npz, which gets data and mask, or give --fill NUMBER"
                            .formatted(target, node));
        }
    }

    private String write(Exporter exporter, MappedArray array) throws IOException {
        exporter.write(array, target);
        return array.rowType() + ", " + Text.rows(array.rows());
    }

    private String write(Exporter exporter, Store store, RaggedArray array) throws IOException {
        Map<String, MappedArray> members = new LinkedHashMap<>();
        for (String component : store.components(array.path())) {
            String member = component.substring(array.path().length() + 1);
            if (!INDEX.contains(member)) {
                members.put(member, store.array(component));
            }
        }
        exporter.write(members, target);
        return "%s of %s, %s"
                .formatted(
                        String.join(", ", members.keySet()), array.type(), Text.rows(array.rows()));
    }

    private String write(Exporter exporter, MaskedArray array, Number filling) throws IOException {
        if (filling != null) {
            exporter.write(array, filling, target);
            return "%s, masked elements %s, %s"
                    .formatted(array.rowType(), fill, Text.rows(array.rows()));
        }
        Map<String, MappedArray> members = new LinkedHashMap<>();
        members.put("data", array.values());
        members.put("mask", array.mask());
        exporter.write(members, target);
        return "data, mask of %s, %s".formatted(array.rowType(), Text.rows(array.rows()));
    }
}
