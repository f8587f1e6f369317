// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The words that every package shares: element types, row types, and the exceptions.
 *
 * <p>Everything here is immutable and safe from any thread. This package uses no other.
 */
package org.memmpy;
