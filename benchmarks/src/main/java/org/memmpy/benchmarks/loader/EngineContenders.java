// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.store.Table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** All ways in which rows come to DJL and Deeplearning4j; the engines look at none. */
final class EngineContenders implements Contenders {
    private final DjlContenders djl;
    private final Dl4jContenders dl4j;
    private final Path directory;

    /**
     * Contenders of one race.
     *
     * @param directory for saved batches
     */
    EngineContenders(Table table, int batch, Path directory) {
        this.djl = new DjlContenders(table, batch, Reader.NOTHING);
        this.dl4j = new Dl4jContenders(table, batch, Reader.NOTHING);
        this.directory = directory;
    }

    @Override
    public void addTo(LoaderRace race) throws IOException {
        race.add(Entry.gather("DJL MemmpyDataset"), djl.mapped(org.memmpy.djl.Memory.engine()));
        race.add(Entry.gather("DJL ArrayDataset in RAM"), djl.inRam());
        race.add(Entry.gather("DJL, record by record"), djl.recordByRecord());
        race.add(
                Entry.gather("DL4J MemmpyDataSetIterator"),
                dl4j.mapped(org.memmpy.dl4j.Memory.recycled()));
        race.add(Entry.gather("DL4J ListDataSetIterator in RAM"), dl4j.listed());
        race.add(Entry.gather("DL4J pullRows in RAM"), dl4j.pulled());
        Path saved = Files.createDirectory(directory.resolve("saved"));
        race.add(Entry.gather("DL4J FileDataSetIterator"), dl4j.saved(saved));
    }

    @Override
    public void close() {
        djl.close();
        dl4j.close();
    }
}
