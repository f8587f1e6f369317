// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/** Training data on disk as plain {@code .npy} arrays, mapped, and gathered into minibatches. */
module org.memmpy.store {
    requires com.fasterxml.jackson.core;
    requires jdk.jfr;
    requires jdk.management;

    exports org.memmpy;
    exports org.memmpy.store;
    exports org.memmpy.index;
    exports org.memmpy.where;
    exports org.memmpy.batch;
    exports org.memmpy.transfer;

    uses org.memmpy.transfer.Importer;
    uses org.memmpy.transfer.Exporter;

    provides org.memmpy.transfer.Importer with
            org.memmpy.transfer.NpyImporter,
            org.memmpy.transfer.NpzImporter,
            org.memmpy.transfer.IdxImporter;
    provides org.memmpy.transfer.Exporter with
            org.memmpy.transfer.NpyExporter,
            org.memmpy.transfer.NpzExporter;
}
