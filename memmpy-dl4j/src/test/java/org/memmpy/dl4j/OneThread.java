// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Has ND4J compute with one thread: on cores that others use too, OpenMP's threads spin for each
 * other many times longer.
 */
final class OneThread implements BeforeAllCallback, AfterAllCallback {
    private int before;

    @Override
    public void beforeAll(ExtensionContext context) {
        Nd4jArrays.requireCpu(); // loads ND4J, which NativeOpsHolder by itself does not
        NativeOps ops = NativeOpsHolder.getInstance().getDeviceNativeOps();
        before = ops.ompGetMaxThreads();
        ops.setOmpNumThreads(1);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(before);
    }
}
