// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The files of a store, byte for byte: {@code .npy} headers, manifests, node names.
 *
 * <p>Not exported; docs/FORMAT.md is the specification. Everything here turns bytes into values and
 * back, trusts no byte that it reads, and keeps nothing open. Uses {@code os}.
 */
package org.memmpy.format;
