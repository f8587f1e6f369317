// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

class ExportCommandTest {
    @TempDir private Path folder;
    private Path store;
    private Path x;

    @BeforeEach
    void store() throws IOException {
        store = folder.resolve("s.memmpy");
        x = Sources.ints(folder.resolve("x.npy"), 1, -2, 3);
        Cli.run("import", x, store).ok();
    }

    @Test
    void writesTheBytesThatWereImported() throws IOException {
        Path out = folder.resolve("out.npy");
        String said = Cli.run("export", store, "x", out).ok();
        assertEquals("%s: int32 (), 3 rows, 4.0 KiB\n".formatted(out), said);
        assertArrayEquals(tail(x), tail(out));
        Path again = folder.resolve("again.memmpy");
        Cli.run("import", out, again).ok();
        assertEquals("1\n-2\n3\n", Cli.run("head", again, "out").ok());
    }

    private static byte[] tail(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return Arrays.copyOfRange(bytes, bytes.length - 12, bytes.length);
    }

    @Test
    void touchesNoExistingFile() throws IOException {
        byte[] before = Files.readAllBytes(x);
        Cli.run("export", store, "x", x).fails(1, "x.npy: it exists already");
        assertArrayEquals(before, Files.readAllBytes(x));
    }

    @Test
    void saysWhatIsWrong() {
        Path out = folder.resolve("out.npy");
        Cli.run("export", store, "nix", out).fails(1, "has no array 'nix'. It has: x");
        Cli.run("export", store, "x", folder.resolve("out.txt")).fails(1, "out.txt", ".npy");
        Cli.run("export", store, "x", folder.resolve("no/out.npy"))
                .fails(1, "out.npy: no such file or directory");
        Cli.run("export", folder.resolve("no"), "x", out).fails(1, "no such store");
        Cli.run("export", store, "x").fails(2, "FILE");
    }

    @Test
    @EnabledIfNumPy
    void numPyReadsBackWhatItWrote() {
        String save =
                """
                import os
                os.chdir(args[0])
                for d in '?b,i1,i2,i4,i8,u1,u2,u4,u8,f2,f4,f8,>i4,>f8'.replace('?b', '?').split(','):
                    a = np.arange(60).reshape(5, 4, 3).astype(d)
                    np.save(a.dtype.str.strip('|<>') + ('big' if d[0] == '>' else '') + '.npy', a)
                print(*[f[:-4] for f in os.listdir('.') if f.endswith('.npy') and f != 'x.npy'])
                """;
        String[] names = NumPy.run(save, folder).split(" ");
        assertEquals(14, names.length);
        Path all = folder.resolve("all.memmpy");
        for (String name : names) {
            Cli.run("import", "--free", folder.resolve(name + ".npy"), all.resolve(name)).ok();
            Cli.run("export", all.resolve(name), name, folder.resolve(name + ".out.npy")).ok();
            String compare =
                    """
                    a, b = np.load(args[0] + '.npy'), np.load(args[0] + '.out.npy')
                    assert (a == b).all() and a.dtype.newbyteorder('<') == b.dtype, (a.dtype, b.dtype)
                    """;
            NumPy.run(compare, folder.resolve(name));
        }
    }

    @Test
    @EnabledIfNumPy
    void numPyWrotePackedArraysToo() {
        Path npz = folder.resolve("packed.npz");
        NumPy.run("np.savez_compressed(args[0], a=np.arange(4), b=np.ones((4, 2), 'f2'))", npz);
        Path packed = folder.resolve("packed.memmpy");
        Cli.run("import", npz, packed).ok();
        assertEquals("0\n1\n2\n3\n", Cli.run("head", packed, "a").ok());
        assertEquals("[1.0 1.0]\n", Cli.run("head", packed, "b", "-n", 1).ok());
    }
}
