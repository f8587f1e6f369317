// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.format.NpyHeader;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Members of archives that claim or inflate to more than is right. */
class NpzBombTest {
    private static final RowType TYPE = RowType.of(DType.INT32, 25);
    private static final int ROWS = 10;
    private static final int BYTES = NpyHeader.BYTES + 1000;

    @TempDir private Path directory;
    private long taken;

    /** {@return the message of the refusal; {@link #taken} are the bytes that came before it} */
    private String refused(Path path) {
        Importer.Target target = (name, type, rows) -> piece -> taken += piece.byteSize();
        String message =
                assertThrows(
                                CorruptStoreException.class,
                                () -> new NpzImporter().read(path, target))
                        .getMessage();
        assertTrue(message.contains("x.npz, member a.npy: "), message);
        return message;
    }

    /** A member of ten rows and zeros behind them. */
    private Path write(boolean fortran, int bytes) throws IOException {
        byte[] header = NpyHeader.encode(TYPE, ROWS);
        if (fortran) {
            String text = new String(header, StandardCharsets.ISO_8859_1);
            header = text.replace("False", "True ").getBytes(StandardCharsets.ISO_8859_1);
        }
        Path path = directory.resolve("x.npz");
        byte[] content = Arrays.copyOf(header, bytes);
        Npz.write(path, "a.npy", content);
        return path;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isReadAsFarAsItsShapeGoes(boolean fortran) throws IOException {
        Path path = write(fortran, 100_000_000);
        Npz.claim(path, BYTES);
        String message = refused(path);
        assertTrue(message.contains("goes on behind the 5,096 bytes"), message);
        assertEquals(fortran ? 0 : 1000, taken);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void moreThanItsShapeIsRefused(boolean fortran) throws IOException {
        String message = refused(write(fortran, BYTES + 7));
        assertTrue(message.contains("7 bytes follow what its header describes"), message);
        assertEquals(0, taken);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lessThanItsShapeIsRefused(boolean fortran) throws IOException {
        String message = refused(write(fortran, BYTES - 1));
        assertTrue(message.contains("which takes 5,096 bytes, but 5,095 are there"), message);
        assertEquals(0, taken);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMemberThatEndsEarlyIsRefused(boolean fortran) throws IOException {
        Path path = write(fortran, BYTES - 1);
        Npz.claim(path, BYTES);
        refused(path);
        assertEquals(0, taken);
    }

    @Test
    void claimsThatNoCompressionCanKeepAreRefused() throws IOException {
        Path path = write(false, BYTES);
        Npz.claim(path, Integer.MAX_VALUE);
        String message = refused(path);
        assertTrue(message.contains("2,147,483,647 bytes in"), message);
    }

    @Test
    void anEnormousShapeIsRefused() throws IOException {
        Path path = directory.resolve("x.npz");
        byte[] header = NpyHeader.encode(TYPE, 1L << 50);
        Npz.write(path, "a.npy", Arrays.copyOf(header, BYTES));
        String message = refused(path);
        assertTrue(message.contains("1125899906842624, 25"), message);
        assertEquals(0, taken);
    }
}
