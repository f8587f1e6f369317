// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/** Training data on disk as plain {@code .npy} arrays, mapped into memory. */
package org.memmpy.store;
