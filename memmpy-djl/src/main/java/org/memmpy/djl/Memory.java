// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

import org.memmpy.batch.LoaderBuilder;

import java.util.function.UnaryOperator;

/**
 * Where a {@link MemmpyDataset}'s batches lie: in memory of the engine ({@link #engine}, the
 * default), or, with less work for each batch, in memory of the loader, which is used again.
 *
 * <p>Memory of the loader is what names that begin with {@code unsafe} choose. The arrays of such a
 * batch are valid until the batch is closed: an array that is used after that, also one that was
 * detached or a view of it, shows another batch, or ends the JVM. {@code duplicate} what is to
 * stay. They end with the manager given to {@code getData}, too, and at the end of the pass, as
 * every batch does in DJL.
 *
 * <p>This concerns passes in the dataset's own order ({@code setSampling(batchSize, shuffle)} or an
 * {@link EpochSampler}). What other samplers list, and single records, is always memory of the
 * engine. Engines that cannot make an array over memory that is there copy it; PyTorch can.
 *
 * <p>Immutable.
 */
public final class Memory {
    private static final Memory ENGINE = new Memory("engine()", Memory::engineOf);

    private final String name;
    private final Kind kind;

    private Memory(String name, Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    /** Makes the memory of passes. */
    @FunctionalInterface
    private interface Kind {
        /**
         * Makes the memory of a pass.
         *
         * @param manager of the batches
         * @param device where they are wanted
         */
        PassMemory newPass(NDManager manager, Device device);
    }

    /**
     * Memory of the engine: rows are gathered straight into it, or copied to the device from memory
     * that is used again. Whoever has an array may keep it, detached, for as long as it likes;
     * closing the store changes nothing.
     *
     * @return this memory
     */
    public static Memory engine() {
        return ENGINE;
    }

    /**
     * Memory of the loader, gathered into again and again: the processor's caches know it, and
     * nothing is allocated for a batch.
     *
     * <p>Unsafe: arrays are valid until their batch is closed.
     *
     * @return this memory
     */
    public static Memory unsafePooled() {
        return new Memory("unsafePooled()", loaders(settings -> settings));
    }

    /**
     * Memory of the loader, and columns whose rows are not copied, but mapped one behind the other:
     * {@link LoaderBuilder#unsafeRemapped}, which says for what rows, and where. Worth it for rows
     * from about 128 KiB on. Arrays may be changed in place; the file stays as it is.
     *
     * <p>Unsafe: arrays are valid until their batch is closed, and the JVM ends if one is read
     * after somebody has cut the file.
     *
     * @param columns names of columns that are delivered as they are stored
     * @return this memory
     */
    public static Memory unsafeRemapped(String... columns) {
        String[] names = columns.clone();
        return new Memory(
                "unsafeRemapped(" + String.join(", ", names) + ")",
                loaders(settings -> settings.unsafeRemapped(names)));
    }

    /**
     * Memory of the loader, and columns whose rows are used where the file is mapped, if those of a
     * batch follow one another: in sequential order, or of one block ({@link
     * LoaderBuilder#unsafeViews}).
     *
     * <p>Unsafe: arrays are valid until their batch is closed; one that is changed in place ends
     * the JVM, as does reading it after somebody has cut the file.
     *
     * @param columns names of columns that are delivered as they are stored
     * @return this memory
     */
    public static Memory unsafeViews(String... columns) {
        String[] names = columns.clone();
        return new Memory(
                "unsafeViews(" + String.join(", ", names) + ")",
                loaders(settings -> settings.unsafeViews(names)));
    }

    private static Kind loaders(UnaryOperator<LoaderBuilder> placements) {
        return (manager, device) -> new LoaderPass(EngineMemory.of(manager).host(), placements);
    }

    private static PassMemory engineOf(NDManager manager, Device device) {
        Engine engine = manager.getEngine();
        return device.equals(Device.cpu()) || !EngineMemory.isPyTorch(engine)
                ? new EnginePass(EngineMemory.of(engine, device), () -> {})
                : staged(device, DeviceCopy.of(engine, device), Pinning.ofSystem());
    }

    /** Memory of a device, as another copies to it. */
    static Memory staged(DeviceCopy copy, Pinning pinning) {
        return new Memory("staged", (manager, device) -> staged(device, copy, pinning));
    }

    private static PassMemory staged(Device device, DeviceCopy copy, Pinning pinning) {
        DeviceMemory memory = new DeviceMemory(device, copy, pinning);
        return new EnginePass(memory, memory::close);
    }

    PassMemory newPass(NDManager manager, Device device) {
        return kind.newPass(manager, device);
    }

    /** {@return the memory as it is written in code, without quotes} */
    @Override
    public String toString() {
        return name;
    }
}
