// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * What all suites share: contenders that take turns, so that a slow minute of the machine hits all
 * of them, peers in Python, a directory to write to, and the report. Knows no suite.
 */
package org.memmpy.benchmarks.race;
