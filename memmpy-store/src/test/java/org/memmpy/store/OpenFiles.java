// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.Disk;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Counts the files of a disk that are open. */
final class OpenFiles {
    private int open;
    private int most;

    /** {@return how many were open at once at most} */
    int most() {
        return most;
    }

    /** {@return the real disk, counted} */
    Disk counted() {
        return counted(Disk.class, Disk.REAL);
    }

    private <T> T counted(Class<T> type, T real) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> call(real, method, arguments)));
    }

    private Object call(Object real, Method method, Object[] arguments) throws Throwable {
        try {
            Object result = method.invoke(real, arguments);
            if (result instanceof Disk.DiskFile file) {
                open++;
                most = Math.max(most, open);
                return counted(Disk.DiskFile.class, file);
            }
            if (method.getName().equals("close")) {
                open--;
            }
            return result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
