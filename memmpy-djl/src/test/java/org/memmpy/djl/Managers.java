// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Managers that are not as they should be. */
final class Managers {
    private Managers() {}

    /**
     * {@return a manager like another, which has some answers of its own}
     *
     * @param answers names of methods, and what they return, in turn
     */
    static NDManager saying(NDManager manager, Object... answers) {
        return (NDManager)
                Proxy.newProxyInstance(
                        Managers.class.getClassLoader(),
                        new Class<?>[] {NDManager.class},
                        (proxy, method, arguments) -> {
                            for (int i = 0; i < answers.length; i += 2) {
                                if (method.getName().equals(answers[i])) {
                                    return answers[i + 1];
                                }
                            }
                            try {
                                return method.invoke(manager, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
