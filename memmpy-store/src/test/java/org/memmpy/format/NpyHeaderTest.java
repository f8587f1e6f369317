// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.UnsupportedFormatException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

class NpyHeaderTest {
    private static NpyHeader read(byte[] bytes) throws IOException {
        return NpyHeader.read(new ByteArrayInputStream(bytes), "x.npy");
    }

    private static byte[] file(int version, String text) {
        byte[] body = text.getBytes(StandardCharsets.ISO_8859_1);
        int lengthBytes = version == 1 ? 2 : 4;
        byte[] file = new byte[8 + lengthBytes + body.length];
        byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0};
        System.arraycopy(magic, 0, file, 0, 8);
        for (int i = 0; i < lengthBytes; i++) {
            file[8 + i] = (byte) (body.length >>> (8 * i));
        }
        System.arraycopy(body, 0, file, 8 + lengthBytes, body.length);
        return file;
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatItWrites(DType dtype) throws IOException {
        RowType type = RowType.of(dtype, 3, 5);
        byte[] bytes = NpyHeader.encode(type, 123_456_789_012L);
        NpyHeader header = read(bytes);

        assertEquals(NpyHeader.BYTES, bytes.length);
        assertEquals('\n', bytes[bytes.length - 1]);
        assertTrue(header.holdsRowsOf(type, NpyHeader.BYTES));
        assertFalse(header.holdsRowsOf(RowType.of(dtype, 5, 3), NpyHeader.BYTES));
        assertFalse(header.holdsRowsOf(type, 128));
        assertArrayEquals(new long[] {123_456_789_012L, 3, 5}, header.shape());
    }

    @Test
    void onlyTheFirstSectorDependsOnTheRows() {
        RowType type = RowType.of(DType.FLOAT32, 7);
        byte[] few = NpyHeader.encode(type, 0);
        byte[] many = NpyHeader.encode(type, Long.MAX_VALUE / 28);

        assertTrue(
                Arrays.equals(
                        few,
                        NpyHeader.CHANGING_BYTES,
                        few.length,
                        many,
                        NpyHeader.CHANGING_BYTES,
                        many.length));
    }

    @Test
    void theLongestShapeFitsTheFirstSector() {
        long[] shape = new long[31];
        Arrays.fill(shape, 1);
        Arrays.fill(shape, 0, 9, 100);
        byte[] bytes = NpyHeader.encode(RowType.of(DType.INT8, shape), Long.MAX_VALUE);

        String text = new String(bytes, StandardCharsets.US_ASCII);
        assertTrue(text.indexOf('}') < NpyHeader.CHANGING_BYTES, text.substring(0, 600));
        assertEquals(NpyHeader.BYTES, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void readsAllVersions(int version) throws IOException {
        String text = "{'descr': '>i4', 'fortran_order': True, 'shape': (2, 3), }\n";
        NpyHeader header = read(file(version, text));

        assertEquals(DType.INT32, header.dtype("x.npy"));
        assertTrue(header.isBigEndian());
        assertTrue(header.fortranOrder());
        assertArrayEquals(new long[] {2, 3}, header.shape());
        assertEquals((version == 1 ? 10 : 12) + text.length(), header.dataOffset());
    }

    @Test
    void readsWhatOldPythonWrote() throws IOException {
        NpyHeader header =
                read(file(1, "{\"shape\": (2L,), 'fortran_order': False, 'descr': '|b1'}"));

        assertEquals(DType.BOOL, header.dtype("x.npy"));
        assertArrayEquals(new long[] {2}, header.shape());
    }

    @Test
    void namesWhatItRefuses() {
        assertRefused("'|O'", "objects");
        assertRefused("'<U5'", "strings");
        assertRefused("'<c8'", "complex");
        assertRefused("'<M8[s]'", "dates");
        assertRefused("'<f16'", "extended precision");
        assertRefused("[('a', '<f4'), ('b', '<i8', (3,))]", "structured");
    }

    private static void assertRefused(String descr, String reason) {
        String text = "{'descr': %s, 'fortran_order': False, 'shape': (1,), }".formatted(descr);
        String message =
                assertThrows(
                                UnsupportedFormatException.class,
                                () -> read(file(1, text)).dtype("x.npy"))
                        .getMessage();
        assertTrue(message.startsWith("x.npy: ") && message.contains(reason), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{'descr': '<f4'}",
                "['<f4']",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': ('a',)}",
                "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
                "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
                "__import__('os').system('true')"
            })
    void refusesBrokenText(String text) {
        String message =
                assertThrows(CorruptStoreException.class, () -> read(file(1, text))).getMessage();
        assertTrue(message.startsWith("x.npy: not a readable .npy file"), message);
    }

    @Test
    void refusesDeepNesting() {
        assertThrows(
                CorruptStoreException.class,
                () -> read(file(2, "{'descr': " + "[".repeat(50_000) + "}")));
    }

    @Test
    void refusesEveryPrefixAndOtherVersions() {
        byte[] whole = file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n");
        for (int length = 0; length < whole.length; length++) {
            byte[] prefix = Arrays.copyOf(whole, length);
            assertThrows(MemmpyException.class, () -> read(prefix));
        }
        whole[6] = 4;
        assertThrows(UnsupportedFormatException.class, () -> read(whole));
    }
}
