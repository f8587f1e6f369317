// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/** The command line. */
package org.memmpy.cli;
