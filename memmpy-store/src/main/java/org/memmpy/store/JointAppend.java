// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows for several arrays, appended to all of them or to none. */
final class JointAppend {
    /** Appends to some arrays. */
    interface Step {
        void run(JointAppend to) throws IOException;
    }

    /** Finds an array's appender. */
    interface Appenders {
        ArrayAppender of(String path) throws IOException;
    }

    private final Appenders appenders;
    private final Map<ArrayAppender, Long> rowsBefore = new LinkedHashMap<>();
    private final List<Runnable> undo = new ArrayList<>();

    JointAppend(Appenders appenders) {
        this.appenders = appenders;
    }

    /** {@return the rows of an array, those not yet committed included} */
    long rows(String path) throws IOException {
        return appenders.of(path).rows();
    }

    void append(String path, MemorySegment values) throws IOException {
        append(appenders.of(path), values);
    }

    /** Appends to an array, if its path still leads to one of the same type. */
    void append(MappedArray array, MemorySegment values) throws IOException {
        append(appenders.of(array.path()).of(array.rowType()), values);
    }

    private void append(ArrayAppender appender, MemorySegment values) throws IOException {
        if (values.byteSize() > 0) {
            rowsBefore.putIfAbsent(appender, appender.rows());
            appender.append(values);
        }
    }

    /** Does something if the append fails. */
    void onUndo(Runnable step) {
        undo.add(step);
    }

    Iterable<ArrayAppender> touched() {
        return rowsBefore.keySet();
    }

    /** Takes all rows back; needs no disk. */
    void undo() {
        rowsBefore.forEach(ArrayAppender::cutTo);
        undo.forEach(Runnable::run);
    }
}
