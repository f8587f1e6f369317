// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** What a flight recording shows of a loader; nothing is done while none is made. */
final class LoaderEvents {
    private LoaderEvents() {}

    /** A thread gathers a batch. */
    @Name("memmpy.Gather")
    @Label("Batch gathered")
    @Description("A loader's thread gathers the rows of a batch")
    @Category("memmpy")
    @StackTrace(false)
    static final class Gather extends Event {
        @Label("Epoch")
        long epoch;

        @Label("Batch")
        long batch;

        @Label("Rows")
        int rows;

        @Label("Bytes")
        @DataAmount
        long bytes;
    }

    /** The consumer waits: the loader is the bottleneck. */
    @Name("memmpy.Wait")
    @Label("Consumer waits")
    @Description("The consumer asks for a batch that is not gathered yet")
    @Category("memmpy")
    static final class Wait extends Event {
        @Label("Epoch")
        long epoch;

        @Label("Batch")
        long batch;
    }

    /** A pass begins to read in another way than before, or to try one. */
    @Name("memmpy.Reads")
    @Label("Way of reading")
    @Description("A pass begins to read in this way, or tries it")
    @Category("memmpy")
    @StackTrace(false)
    static final class Reads extends Event {
        @Label("Batch")
        long batch;

        @Label("Policy")
        String policy;

        @Label("Mode")
        String mode;

        @Label("Lead")
        @Description("Batches for which the system is asked ahead, if it is")
        int lead;

        @Label("Threads")
        @Description("Threads that read by position, if they do")
        int threads;
    }

    /** The consumer takes a batch. */
    @Name("memmpy.Batch")
    @Label("Batch delivered")
    @Description("The consumer takes a batch")
    @Category("memmpy")
    @StackTrace(false)
    static final class Batch extends Event {
        @Label("Epoch")
        long epoch;

        @Label("Batch")
        long batch;

        @Label("Rows")
        int rows;

        @Label("Ready")
        @Description("Batches that are gathered and not yet taken")
        int ready;
    }
}
