// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import me.tongfei.progressbar.ProgressBar;

/** Placeholder: shows that a sample runs on the selected JDK and reaches the terminal. */
public final class FashionMnist {
    private FashionMnist() {}

    /**
     * Prints where it runs.
     *
     * @param args printed
     */
    public static void main(String[] args) {
        System.out.printf(
                "Java %s, heap %d MiB, console %s, args %s%n",
                Runtime.version(),
                Runtime.getRuntime().maxMemory() >> 20,
                System.console(),
                String.join(" ", args));
        try (ProgressBar bar = new ProgressBar("epoch 1", 1000)) {
            for (int i = 0; i < 1000; i++) {
                bar.step();
            }
        }
    }
}
