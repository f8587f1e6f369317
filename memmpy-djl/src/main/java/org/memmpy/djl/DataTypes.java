// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.types.DataType;

import org.memmpy.DType;
import org.memmpy.batch.Block;

import java.util.ArrayList;
import java.util.List;

/**
 * memmpy's element types as DJL's.
 *
 * <p>DJL has names for int16, the wide unsigned integers and bfloat16, but its PyTorch engine
 * 0.35.1 cannot make such an array: it ends the JVM ("terminate called without an active
 * exception"). So they are refused before an engine sees them.
 */
final class DataTypes {
    private DataTypes() {}

    /**
     * Finds DJL's type.
     *
     * @param dtype what a column delivers
     * @return the type
     * @throws IllegalArgumentException if DJL cannot hold it, naming the cast that helps
     */
    static DataType of(DType dtype) {
        return switch (dtype) {
            case BOOL -> DataType.BOOLEAN;
            case INT8 -> DataType.INT8;
            case UINT8 -> DataType.UINT8;
            case INT32 -> DataType.INT32;
            case INT64 -> DataType.INT64;
            case FLOAT16 -> DataType.FLOAT16;
            case FLOAT32 -> DataType.FLOAT32;
            case FLOAT64 -> DataType.FLOAT64;
            case INT16, UINT16 -> throw refused(dtype, DType.INT32);
            case UINT32, UINT64 -> throw refused(dtype, DType.INT64);
            case BFLOAT16 -> throw refused(dtype, DType.FLOAT32);
        };
    }

    /** {@return DJL's type of each block of a batch, whose columns were looked at before} */
    static List<DataType> of(List<Block> blocks) {
        List<DataType> types = new ArrayList<>(blocks.size());
        for (Block block : blocks) {
            types.add(of(block.item().dtype()));
        }
        return types;
    }

    private static IllegalArgumentException refused(DType dtype, DType instead) {
        return new IllegalArgumentException(
                "DJL's engines cannot hold %s. Cast it with .as(%s)"
                        .formatted(dtype, instead.name()));
    }
}
