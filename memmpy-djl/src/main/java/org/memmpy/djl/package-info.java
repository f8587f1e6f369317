// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/** Feeds a memmpy store to DJL. */
package org.memmpy.djl;
