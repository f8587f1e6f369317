// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks or rewrites the format (google-java-format, AOSP style) and the licence header of every
 * Java file of the repository.
 *
 * <p>A program of our own because the formatter must run on the JDK that the sources are written
 * for, while Maven's formatter plugins run inside Maven's JVM, which may be older and then cannot
 * parse them.
 */
final class Sources {
    private static final String HEADER =
            "// Copyright the memmpy authors.\n// SPDX-License-Identifier: Apache-2.0\n\n";

    private Sources() {}

    /**
     * What there is to say of a file: that it cannot be read as Java, or is not as it should be.
     */
    private record Finding(String text, boolean isBroken) {}

    public static void main(String[] args) throws IOException {
        boolean fix = args[0].equals("fix");
        Path root = Path.of(args[1]);
        Formatter formatter =
                new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());
        List<Finding> findings =
                javaFiles(root).parallelStream()
                        .map(file -> judge(root, file, formatter, fix))
                        .flatMap(Optional::stream)
                        .toList();
        long broken = findings.stream().filter(Finding::isBroken).count();
        for (Finding finding : findings) {
            boolean rewritten = fix && !finding.isBroken();
            (rewritten ? System.out : System.err)
                    .println((rewritten ? "rewritten " : "") + finding.text());
        }
        if (!fix && findings.size() > broken) {
            System.err.printf(
                    "%d Java files are not as google-java-format --aosp writes them, or lack the licence header."
                            + "%nTo rewrite them run: mvn -q -N -Pformat%n",
                    findings.size() - broken);
        }
        if (broken > 0 || (!fix && !findings.isEmpty())) {
            System.exit(1);
        }
    }

    private static Optional<Finding> judge(Path root, Path file, Formatter formatter, boolean fix) {
        try {
            String before = Files.readString(file);
            String text = before.replace("\r\n", "\n");
            boolean headed = text.startsWith(HEADER);
            String after = RemoveUnusedImports.removeUnusedImports(headed ? text : HEADER + text);
            after = ImportOrderer.reorderImports(after, Style.AOSP);
            after = formatter.formatSource(after);
            if (after.equals(before)) {
                return Optional.empty();
            }
            if (fix) {
                Files.writeString(file, after);
            }
            String what = headed ? ": format" : ": no licence header";
            return Optional.of(new Finding(root.relativize(file) + what, false));
        } catch (FormatterException e) {
            return Optional.of(new Finding(root.relativize(file) + ": " + e.getMessage(), true));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> javaFiles(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path dir, BasicFileAttributes attributes) {
                        String name = dir.getFileName().toString();
                        boolean skip =
                                !dir.equals(root)
                                        && (name.equals("target") || name.startsWith("."));
                        return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (file.toString().endsWith(".java")) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        files.sort(null);
        return files;
    }
}
