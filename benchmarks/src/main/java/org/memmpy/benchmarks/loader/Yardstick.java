// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

/** What the entries of a race are compared with, beside what goals say. */
enum Yardstick {
    /** The loop in C over as many columns. */
    MEMCPY("x C gather", "ratioToMemcpyGather"),

    /** memmpy without an engine. */
    LOADER("x loader", "ratioToLoader");

    private final String heading;
    private final String member;

    Yardstick(String heading, String member) {
        this.heading = heading;
        this.member = member;
    }

    String heading() {
        return heading;
    }

    /** {@return what programs find the ratio by} */
    String member() {
        return member;
    }

    /** {@return whom an entry is compared with} */
    Entry of(Entry entry) {
        return this == MEMCPY ? Entry.memcpy(entry.columns()) : BareLoader.entry(entry.bench());
    }
}
