// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Arrays from and to other files.
 *
 * <p>{@link org.memmpy.transfer.Importer}s and {@link org.memmpy.transfer.Exporter}s are found by
 * {@link java.util.ServiceLoader}, so that a connector on the class path plugs in. Those for {@code
 * .npy}, {@code .npz} and IDX are here. Data streams through a buffer of about 1 MiB, or one row.
 */
package org.memmpy.transfer;
