// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/**
 * Keeps apart what is drawn from one seed: a split and a shuffle of seed 42 have nothing in common.
 */
enum Stream {
    SHUFFLE(0x73_68_75_66_66_6c_65L),
    SPLIT(0x73_70_6c_69_74L),
    BLOCKS(0x62_6c_6f_63_6b_73L),
    WINDOWS(0x77_69_6e_64_6f_77_73L),
    STRATA(0x73_74_72_61_74_61L),
    GROUPS(0x67_72_6f_75_70_73L),
    STABLE(0x73_74_61_62_6c_65L),
    WEIGHTED(0x77_65_69_67_68_74_65_64L),
    SAMPLE(0x73_61_6d_70_6c_65L),
    BALANCED(0x62_61_6c_61_6e_63_65_64L),
    PASSES(0x70_61_73_73_65_73L),
    BUCKETS(0x62_75_63_6b_65_74_73L),
    BATCHES(0x62_61_74_63_68_65_73L);

    private final long tag;

    Stream(long tag) {
        this.tag = tag;
    }

    /** {@return the key of a generator; order version 1} */
    long key(long seed, long epoch) {
        long key = SplitMix64.mix(seed + tag);
        return SplitMix64.mix(key + SplitMix64.mix(epoch + 0x9e37_79b9_7f4a_7c15L));
    }
}
