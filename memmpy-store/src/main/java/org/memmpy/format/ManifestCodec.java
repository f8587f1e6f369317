// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.CorruptStoreException;
import org.memmpy.UnsupportedFormatException;

import java.io.IOException;
import java.util.Arrays;

/** A manifest as the JSON document of docs/FORMAT.md, checksum included. */
public final class ManifestCodec {
    static final String FORMAT = "memmpy store";
    static final long VERSION = 1;

    private ManifestCodec() {}

    /** {@return the bytes of a manifest file} */
    public static byte[] encode(Manifest manifest) {
        return new ManifestEncoder().encode(manifest);
    }

    /**
     * Reads a manifest file's bytes.
     *
     * @param file the bytes
     * @param source what to call the file in messages
     * @throws CorruptStoreException if the checksum does not fit or the content contradicts itself
     * @throws UnsupportedFormatException if a newer memmpy wrote it
     */
    public static Manifest decode(byte[] file, Object source) {
        ManifestDecoder decoder = new ManifestDecoder(source);
        if (!isIntact(file)) {
            throw decoder.corrupt("its " + file.length + " bytes do not end in their own checksum");
        }
        Object document;
        try {
            document = Json.parse(file);
        } catch (IOException e) {
            throw decoder.corrupt("it is no JSON document: " + e.getMessage());
        }
        return decoder.manifest(document);
    }

    /**
     * {@return whether a manifest file is as it was written: its bytes end in their own checksum}
     */
    public static boolean isIntact(byte[] file) {
        int body = file.length - ManifestEncoder.CHECKSUM_BYTES;
        return body >= 0
                && Arrays.equals(
                        ManifestEncoder.checksum(file, body),
                        Arrays.copyOfRange(file, body, file.length));
    }
}
