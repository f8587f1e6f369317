// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;

/** A writer that knows why it failed; {@link PrintWriter} only knows that. */
final class Output extends PrintWriter {
    private final Recording recording;

    Output(OutputStream out, Charset charset) {
        this(new Recording(out), charset);
    }

    private Output(Recording recording, Charset charset) {
        super(recording, false, charset);
        this.recording = recording;
    }

    /**
     * Flushes.
     *
     * @throws IOException if not everything that was printed could be written. That the reader of a
     *     pipe has left is no failure: it wants no more
     */
    static void requireWritten(PrintWriter out) throws IOException {
        if (!out.checkError()) {
            return;
        }
        IOException reason = out instanceof Output known ? known.recording.failure : null;
        String text = reason == null ? null : reason.getMessage();
        if (!"Broken pipe".equals(text)) {
            throw new IOException(
                    "standard output could not be written"
                            + (text == null ? "" : ": " + text)
                            + ". What was printed is not complete");
        }
    }

    private static final class Recording extends OutputStream {
        private final OutputStream out;
        private IOException failure;

        Recording(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
