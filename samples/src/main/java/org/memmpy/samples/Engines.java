// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Settings of the engines. */
final class Engines {
    private Engines() {}

    /**
     * Has both engines compute with one thread; to be called before they are used, on the thread
     * that will use them.
     *
     * <p>The networks here are small: a second thread gains little and takes the core on which the
     * loader gathers. And where other programs run too, the threads of ND4J's OpenMP spin in every
     * operation until all have had their turn: on two busy cores 400 rows/s were seen with two
     * threads, and 15,000 with one.
     */
    static void useOneThread() {
        useOneTorchThread();
        Nd4j.factory().blas().setMaxThreads(1);
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    }

    /** As {@link #useOneThread}, for programs without ND4J. */
    static void useOneTorchThread() {
        System.setProperty("ai.djl.pytorch.num_threads", "1");
    }
}
