// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/** Which rows, in which order: how long it takes to say. */
package org.memmpy.benchmarks.index;
