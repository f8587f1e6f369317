// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.types.Shape;

import org.memmpy.batch.Block;

import java.util.ArrayList;
import java.util.List;

/** What a batch has of its columns, as DJL says it. */
final class Shapes {
    private Shapes() {}

    /**
     * {@return the shape of each array}
     *
     * @throws IllegalArgumentException if one exceeds DJL's limit: an array shows its memory as one
     *     {@code ByteBuffer}
     */
    static List<Shape> of(List<Block> blocks) {
        List<Shape> shapes = new ArrayList<>(blocks.size());
        for (Block block : blocks) {
            requireFit(block);
            shapes.add(new Shape(block.shape()));
        }
        return shapes;
    }

    private static void requireFit(Block block) {
        if (block.bytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a batch of %,d times %s exceeds the 2,147,483,647 bytes that an array may have in DJL. Use smaller batches, or cut rows with padTo(n)"
                            .formatted(block.count(), block.item()));
        }
    }
}
