// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/** Programs that train on real data. */
package org.memmpy.samples;
