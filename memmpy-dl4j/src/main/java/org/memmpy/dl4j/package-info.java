// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/** Feeds a memmpy store to Deeplearning4j. */
package org.memmpy.dl4j;
