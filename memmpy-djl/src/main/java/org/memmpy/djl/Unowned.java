// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Arrays made of memory that is there, which belong to no manager. */
final class Unowned {
    private Unowned() {}

    /**
     * Makes arrays of memory; over it, without a copy, if the engine can (PyTorch on the CPU does).
     *
     * @param host makes them; on whatever device
     * @param segments off-heap, at least as long as the arrays; of one that is not copied the
     *     caller knows when it ends
     */
    static List<NDArray> over(
            NDManager host,
            List<MemorySegment> segments,
            List<Shape> shapes,
            List<DataType> types) {
        List<NDArray> made = new ArrayList<>(segments.size());
        boolean complete = false;
        try {
            for (int i = 0; i < segments.size(); i++) {
                // create() looks at the start of a direct buffer, whatever its position
                NDArray array =
                        host.create(
                                segments.get(i).asByteBuffer().order(ByteOrder.nativeOrder()),
                                shapes.get(i),
                                types.get(i));
                made.add(array);
                array.detach();
            }
            complete = true;
            return made;
        } finally {
            if (!complete) {
                made.forEach(NDArray::close);
            }
        }
    }
}
