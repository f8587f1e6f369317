// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.disk.JournalDisk;
import org.memmpy.testing.disk.MemoryFolder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a power loss leaves is loadable in NumPy: every file that the manifest names, with the rows
 * of the generation, or as many of its first rows as the header says. Nothing of ours takes part in
 * the reading; see {@link PowerLossTest} for a longer run.
 */
@EnabledIfNumPy
class PowerLossNumPyTest {
    /** One state of so many. */
    private static final int SAMPLE = 7;

    private static final String CHECK =
            """
            import glob, json, math, os, re
            arrays_loaded = 0
            def rows_of(models, generation):
                with open(f'{models}/{generation}/index') as index:
                    return dict(line.split('\\t') for line in index.read().splitlines())
            for line in open(args[0]).read().splitlines():
                directory, models, returned, published = line.split('\\t')
                published = [int(g) for g in published.split(',') if g != '0']
                found = [int(re.search(r'memmpy-(\\d+)[.]json$', f).group(1))
                         for f in glob.glob(directory + '/memmpy-*.json')]
                if not found:
                    assert returned == '0', line
                    continue
                generation = max(found)
                assert generation in published and generation >= int(returned), (line, found)
                manifest = json.load(open(f'{directory}/memmpy-{generation:06d}.json'))
                expected = rows_of(models, generation)
                assert {a for a in manifest['arrays'] if not a.endswith('/sorted')} == set(expected), line
                for path, array in manifest['arrays'].items():
                    if path.endswith('/sorted'):
                        continue
                    want = np.fromfile(expected[path], np.uint8)
                    most = max(os.path.getsize(rows_of(models, g).get(path, os.devnull))
                               for g in published)
                    at = 0
                    for part in array['parts']:
                        loaded = np.load(f'{directory}/{part["file"]}', mmap_mode='r')
                        row_bytes = loaded.dtype.itemsize * math.prod(loaded.shape[1:])
                        assert at + len(loaded) * row_bytes <= most, (line, path, loaded.shape)
                        rows = min(len(loaded), part['rows'])
                        got = np.ascontiguousarray(loaded[:rows]).view(np.uint8).ravel()
                        end = at + rows * row_bytes
                        assert np.array_equal(got, want[at:end]), (line, path)
                        at += part['rows'] * row_bytes
                        arrays_loaded += 1
                    assert at == want.size, (line, path, at, want.size)
            print(arrays_loaded)
            """;

    @TempDir(factory = MemoryFolder.class)
    private Path directory;

    static Stream<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void loadsWhatIsLeft(Scenario scenario) throws IOException {
        Path base = Files.createDirectory(directory.resolve("disk"));
        Session session = scenario.run(new JournalDisk(base));
        Path models = writeModels(session.generations());
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        CrashState.forEach(
                session,
                0,
                PowerLossTest.MIXES,
                PowerLossTest.thinned(scenario),
                state -> {
                    if (state.number() % SAMPLE == 0) {
                        Path left =
                                Files.createDirectory(directory.resolve("state" + state.number()));
                        state.writeTo(left);
                        lines.add(line(state, left, models));
                    }
                });
        Path list = Files.write(directory.resolve("states"), lines);
        int loaded = Integer.parseInt(NumPy.run(CHECK, list));
        boolean any = session.generations().values().stream().anyMatch(m -> !m.columns().isEmpty());
        assertTrue(loaded > 0 || !any, "no array was loaded");
    }

    private static String line(CrashState state, Path left, Path models) {
        String published =
                state.published().stream().map(String::valueOf).collect(Collectors.joining(","));
        return String.join(
                "\t",
                left.resolve(state.store()).toString(),
                models.toString(),
                Long.toString(state.returned()),
                published);
    }

    /** Each array's bytes in a file, and for each generation an index of them. */
    private Path writeModels(Map<Long, Model> generations) throws IOException {
        Path models = directory.resolve("models");
        for (Map.Entry<Long, Model> generation : generations.entrySet()) {
            Path here = Files.createDirectories(models.resolve(generation.getKey().toString()));
            List<String> index = new ArrayList<>();
            Map<String, Model.Column> columns = new TreeMap<>(generation.getValue().columns());
            columns.putAll(generation.getValue().components());
            for (Map.Entry<String, Model.Column> column : columns.entrySet()) {
                Path rows = here.resolve("rows" + index.size());
                Files.write(rows, column.getValue().bytes());
                index.add(column.getKey() + "\t" + rows);
            }
            Files.write(here.resolve("index"), index);
        }
        return models;
    }
}
