// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

/** Gives javadoc and the module system something to see; goes with the first real class. */
public final class Placeholder {
    private Placeholder() {}
}
