// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/** JMH benchmarks and side-by-side runs against peers. */
package org.memmpy.benchmarks;
