// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/**
 * Positions of all classes, equally often, in a random order. The draws of a class go through
 * shuffled passes over its positions, from one epoch on into the next. Any can be asked for.
 */
final class BalancedDraws extends RowIndex {
    private static final int KEPT = 256; // passes whose constants are at hand

    private final ClassLists lists;
    private final RowIndex order;
    private final long epoch;
    private final long passesKey;

    /**
     * An order.
     *
     * @param order of the draws, as if they came class by class in turn
     */
    BalancedDraws(ClassLists lists, RowIndex order, long epoch, long passesKey) {
        this.lists = lists;
        this.order = order;
        this.epoch = epoch;
        this.passesKey = passesKey;
    }

    @Override
    public long size() {
        return order.size();
    }

    @Override
    public long bound() {
        return lists.size();
    }

    @Override
    long hash() {
        return Hashes.of("balanced 1", order.hash(), epoch, passesKey, lists.hash());
    }

    /** One shuffled pass over a class. */
    private record Pass(int number, long pass, Permutation.Keyed order) {}

    @Override
    void map(long[] positions, int offset, int length) {
        Pass[] kept = new Pass[Math.min(KEPT, lists.classes())];
        order.map(positions, offset, length);
        for (int i = offset; i < offset + length; i++) {
            int number = (int) (positions[i] % lists.classes());
            long size = lists.size(number);
            long draw = epoch * drawsOf(number) + positions[i] / lists.classes();
            long within = Long.remainderUnsigned(draw, size);
            Pass pass = pass(number, Long.divideUnsigned(draw, size), kept);
            positions[i] = lists.start(number) + pass.order.row(within);
        }
        lists.map(positions, offset, length);
    }

    /** {@return how often a class is drawn in an epoch} */
    private long drawsOf(int number) {
        long all = order.size();
        return all / lists.classes() + (number < all % lists.classes() ? 1 : 0);
    }

    private Pass pass(int number, long pass, Pass[] kept) {
        Pass found = kept[number % kept.length];
        if (found == null || found.number != number || found.pass != pass) {
            long key = SplitMix64.mix(SplitMix64.mix(passesKey + number) + pass);
            found = new Pass(number, pass, new Permutation.Keyed(lists.size(number), key));
            kept[number % kept.length] = found;
        }
        return found;
    }

    @Override
    public String toString() {
        return "%,d draws, balanced over %,d classes".formatted(size(), lists.classes());
    }
}
