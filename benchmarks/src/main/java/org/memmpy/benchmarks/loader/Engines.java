// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Settings of the engines. */
final class Engines {
    private Engines() {}

    /**
     * Has both engines copy with one thread; to be called before they are used, on the thread that
     * will use them. On busy cores ND4J's OpenMP threads wait for each other in every operation:
     * {@code pullRows} was seen with 5,000 rows a second.
     */
    static void useOneThread() {
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        Nd4j.factory().blas().setMaxThreads(1);
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    }
}
