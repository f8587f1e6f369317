// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.bytedeco.javacpp.BooleanPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.indexer.Bfloat16Indexer;
import org.bytedeco.javacpp.indexer.BooleanIndexer;
import org.bytedeco.javacpp.indexer.ByteIndexer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.javacpp.indexer.LongIndexer;
import org.bytedeco.javacpp.indexer.ShortIndexer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.javacpp.indexer.UIntIndexer;
import org.bytedeco.javacpp.indexer.UShortIndexer;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.List;

/**
 * Makes INDArrays that lie over memory of ours, without a copy. The only class that makes arrays.
 *
 * <p>What keeps the memory: an array and all its views hold the array's DataBuffer, which holds the
 * very Pointer object it was made with, and that Pointer holds {@code keepAlive}. This is so for
 * {@code DataBufferFactory.create} alone: {@code Nd4j.createBuffer(Pointer, ...)} makes another
 * Pointer of the same address and drops ours.
 */
final class Nd4jArrays {
    /** nd4j-native's constructor of an array that is given its shape; null if there is none. */
    private static final MethodHandle SHARING = sharing();

    private Nd4jArrays() {}

    /**
     * Sees whether arrays can be made at all.
     *
     * @throws UnsupportedOperationException if ND4J computes elsewhere than in the CPU's memory
     */
    static void requireCpu() {
        if (!Nd4j.getEnvironment().isCPU()) {
            throw new UnsupportedOperationException(
                    "ND4J runs on the backend "
                            + Nd4j.getBackend().getClass().getSimpleName()
                            + ", but batches are made in the CPU's memory. Use nd4j-native");
        }
    }

    /**
     * Makes an array of rows over memory: {@code [rows, ...row shape]}, and {@code [rows, 1]} where
     * a row is one number, because DL4J has no arrays of one dimension.
     *
     * @param memory exactly the rows, C order, native byte order; off-heap
     * @param row what a row is
     * @param keepAlive stays reachable for as long as the array or a view of it is
     * @return the array; writes to it go to the memory
     */
    static INDArray rows(MemorySegment memory, RowType row, long rows, Object keepAlive) {
        long[] shape = row.shape(rows);
        long[] atLeastTwo = shape.length == 1 ? new long[] {rows, 1} : shape;
        // not Nd4j.create(buffer, shape): that takes the order that the user has set for new arrays
        return over(
                memory, row.dtype(), atLeastTwo, Nd4j.getStrides(atLeastTwo, 'c'), 'c', keepAlive);
    }

    /**
     * Makes an array of sequences over memory in which the features of a step lie side by side:
     * {@code [rows, features, time]}.
     *
     * @param row what a row is: of one dimension or several, all its steps
     * @param features of a step
     * @return the array; as of {@link #rows}
     */
    static INDArray sequences(
            MemorySegment memory, RowType row, long rows, long features, Object keepAlive) {
        long[] shape = {rows, features, row.elements() / features};
        long[] strides = {row.elements(), 1, features};
        return over(
                memory, row.dtype(), shape, strides, Shape.getOrder(shape, strides, 1), keepAlive);
    }

    /**
     * Copies the rows of several arrays one behind the other.
     *
     * @param pieces of one dtype, and of one shape but for the number of rows and the last
     *     dimension: where that differs, there are zeros behind the shorter ones
     * @return an array of no workspace
     */
    static INDArray joined(List<INDArray> pieces) {
        MemoryWorkspace noneOfTheirs = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
        try {
            INDArray first = pieces.getFirst();
            int last = first.rank() - 1;
            long longest = pieces.stream().mapToLong(piece -> piece.size(last)).max().orElseThrow();
            if (pieces.stream().allMatch(piece -> piece.size(last) == longest)) {
                return Nd4j.concat(0, pieces.toArray(INDArray[]::new));
            }
            long[] shape = first.shape().clone();
            shape[0] = pieces.stream().mapToLong(piece -> piece.size(0)).sum();
            shape[last] = longest;
            INDArray all = Nd4j.create(first.dataType(), shape, 'c');
            long at = 0;
            for (INDArray piece : pieces) {
                INDArrayIndex[] place = new INDArrayIndex[shape.length];
                Arrays.fill(place, NDArrayIndex.all());
                place[0] = NDArrayIndex.interval(at, at + piece.size(0));
                place[last] = NDArrayIndex.interval(0, piece.size(last));
                all.put(place, piece);
                at += piece.size(0);
            }
            return all;
        } finally {
            noneOfTheirs.close();
        }
    }

    private static INDArray over(
            MemorySegment memory,
            DType dtype,
            long[] shape,
            long[] strides,
            char order,
            Object keepAlive) {
        DataBuffer buffer = buffer(memory, dtype, keepAlive);
        return Nd4j.create(buffer, shape, strides, 0, order, buffer.dataType());
    }

    private static DataBuffer buffer(MemorySegment memory, DType dtype, Object keepAlive) {
        return switch (dtype) {
            case FLOAT32 -> {
                Floats pointer = new Floats(memory, keepAlive);
                yield buffer(pointer, DataType.FLOAT, FloatIndexer.create(pointer));
            }
            case FLOAT64 -> {
                Doubles pointer = new Doubles(memory, keepAlive);
                yield buffer(pointer, DataType.DOUBLE, DoubleIndexer.create(pointer));
            }
            case FLOAT16 -> {
                Shorts pointer = new Shorts(memory, keepAlive);
                yield buffer(pointer, DataType.FLOAT16, HalfIndexer.create(pointer));
            }
            case BFLOAT16 -> {
                Shorts pointer = new Shorts(memory, keepAlive);
                yield buffer(pointer, DataType.BFLOAT16, Bfloat16Indexer.create(pointer));
            }
            case INT8 -> {
                Bytes pointer = new Bytes(memory, keepAlive);
                yield buffer(pointer, DataType.INT8, ByteIndexer.create(pointer));
            }
            case UINT8 -> {
                Bytes pointer = new Bytes(memory, keepAlive);
                yield buffer(pointer, DataType.UINT8, UByteIndexer.create(pointer));
            }
            case INT16 -> {
                Shorts pointer = new Shorts(memory, keepAlive);
                yield buffer(pointer, DataType.INT16, ShortIndexer.create(pointer));
            }
            case UINT16 -> {
                Shorts pointer = new Shorts(memory, keepAlive);
                yield buffer(pointer, DataType.UINT16, UShortIndexer.create(pointer));
            }
            case INT32 -> {
                Ints pointer = new Ints(memory, keepAlive);
                yield buffer(pointer, DataType.INT32, IntIndexer.create(pointer));
            }
            case UINT32 -> {
                Ints pointer = new Ints(memory, keepAlive);
                yield buffer(pointer, DataType.UINT32, UIntIndexer.create(pointer));
            }
            case INT64 -> {
                Longs pointer = new Longs(memory, keepAlive);
                yield buffer(pointer, DataType.INT64, LongIndexer.create(pointer));
            }
            case UINT64 -> {
                // ND4J's own choice too: it knows no ULongIndexer
                Longs pointer = new Longs(memory, keepAlive);
                yield buffer(pointer, DataType.UINT64, LongIndexer.create(pointer));
            }
            case BOOL -> {
                Booleans pointer = new Booleans(memory, keepAlive);
                yield buffer(pointer, DataType.BOOL, BooleanIndexer.create(pointer));
            }
        };
    }

    private static DataBuffer buffer(Pointer pointer, DataType type, Indexer indexer) {
        return Nd4j.getDataBufferFactory().create(pointer, type, pointer.capacity(), indexer);
    }

    /**
     * Arrays of one column, of which nearly all have the same shape. Not for several threads.
     *
     * <p>What ND4J M2.1 makes anew for every array, though it has a cache, is the shape in native
     * memory: 4 us of an array's 5, and five objects that something has to free. So what one array
     * was given is given to those that follow: nobody writes to it, ND4J itself shares the memory
     * below it.
     */
    static final class OfColumn {
        private final long stepFeatures;
        private RowType row;
        private long rows;
        private DataBuffer shape;
        private long[] shapeOnHeap;

        /**
         * Prepares.
         *
         * @param stepFeatures if rows are sequences, the features of a step; else 0
         */
        OfColumn(long stepFeatures) {
            this.stepFeatures = stepFeatures;
        }

        /**
         * {@return {@link #rows} or {@link #sequences} over memory, of which the parameters are}
         */
        INDArray over(MemorySegment memory, RowType type, long count, Object keepAlive) {
            if (SHARING != null && count == rows && type.equals(row)) {
                return sharing(buffer(memory, type.dtype(), keepAlive), shape, shapeOnHeap.clone());
            }
            INDArray array =
                    stepFeatures == 0
                            ? rows(memory, type, count, keepAlive)
                            : sequences(memory, type, count, stepFeatures, keepAlive);
            row = type;
            rows = count;
            shape = array.shapeInfoDataBuffer();
            shapeOnHeap = array.shapeInfoJava();
            return array;
        }
    }

    private static MethodHandle sharing() {
        try {
            String backend = "org.nd4j.linalg.cpu.nativecpu.";
            MethodType types =
                    MethodType.methodType(
                            void.class,
                            DataBuffer.class,
                            Class.forName(backend + "buffer.LongBuffer"),
                            long[].class);
            return MethodHandles.publicLookup()
                    .findConstructor(Class.forName(backend + "NDArray"), types)
                    .asType(
                            MethodType.methodType(
                                    INDArray.class,
                                    DataBuffer.class,
                                    DataBuffer.class,
                                    long[].class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static INDArray sharing(DataBuffer buffer, DataBuffer shape, long[] shapeOnHeap) {
        try {
            return (INDArray) SHARING.invokeExact(buffer, shape, shapeOnHeap);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a constructor of an array has thrown", e);
        }
    }

    // JavaCPP asks for exact classes to know sizeof(), so a subclass must say it again.

    private static final class Floats extends FloatPointer {
        @SuppressWarnings("UnusedVariable") // the collector reads it
        private final Object keepAlive;

        Floats(MemorySegment memory, Object keepAlive) {
            super((Pointer) null);
            this.keepAlive = keepAlive;
            this.address = memory.address();
            this.capacity = memory.byteSize() / Float.BYTES;
            this.limit = capacity;
        }

        @Override
        public int sizeof() {
            return Float.BYTES;
        }
    }

    private static final class Doubles extends DoublePointer {
        @SuppressWarnings("UnusedVariable") // the collector reads it
        private final Object keepAlive;

        Doubles(MemorySegment memory, Object keepAlive) {
            super((Pointer) null);
            this.keepAlive = keepAlive;
            this.address = memory.address();
            this.capacity = memory.byteSize() / Double.BYTES;
            this.limit = capacity;
        }

        @Override
        public int sizeof() {
            return Double.BYTES;
        }
    }

    private static final class Bytes extends BytePointer {
        @SuppressWarnings("UnusedVariable") // the collector reads it
        private final Object keepAlive;

        Bytes(MemorySegment memory, Object keepAlive) {
            super((Pointer) null);
            this.keepAlive = keepAlive;
            this.address = memory.address();
            this.capacity = memory.byteSize();
            this.limit = capacity;
        }

        @Override
        public int sizeof() {
            return Byte.BYTES;
        }
    }

    private static final class Shorts extends ShortPointer {
        @SuppressWarnings("UnusedVariable") // the collector reads it
        private final Object keepAlive;

        Shorts(MemorySegment memory, Object keepAlive) {
            super((Pointer) null);
            this.keepAlive = keepAlive;
            this.address = memory.address();
            this.capacity = memory.byteSize() / Short.BYTES;
            this.limit = capacity;
        }

        @Override
        public int sizeof() {
            return Short.BYTES;
        }
    }

    private static final class Ints extends IntPointer {
        @SuppressWarnings("UnusedVariable") // the collector reads it
        private final Object keepAlive;

        Ints(MemorySegment memory, Object keepAlive) {
            super((Pointer) null);
            this.keepAlive = keepAlive;
            this.address = memory.address();
            this.capacity = memory.byteSize() / Integer.BYTES;
            this.limit = capacity;
        }

        @Override
        public int sizeof() {
            return Integer.BYTES;
        }
    }

    private static final class Longs extends LongPointer {
        @SuppressWarnings("UnusedVariable") // the collector reads it
        private final Object keepAlive;

        Longs(MemorySegment memory, Object keepAlive) {
            super((Pointer) null);
            this.keepAlive = keepAlive;
            this.address = memory.address();
            this.capacity = memory.byteSize() / Long.BYTES;
            this.limit = capacity;
        }

        @Override
        public int sizeof() {
            return Long.BYTES;
        }
    }

    private static final class Booleans extends BooleanPointer {
        @SuppressWarnings("UnusedVariable") // the collector reads it
        private final Object keepAlive;

        Booleans(MemorySegment memory, Object keepAlive) {
            super((Pointer) null);
            this.keepAlive = keepAlive;
            this.address = memory.address();
            this.capacity = memory.byteSize();
            this.limit = capacity;
        }

        @Override
        public int sizeof() {
            return Byte.BYTES;
        }
    }
}
