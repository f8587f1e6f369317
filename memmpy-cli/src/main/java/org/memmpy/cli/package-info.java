// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The command line, {@code bin/memmpy}: one class a verb, found by {@link org.memmpy.cli.Main}.
 *
 * <p>What files can be read and written is not decided here: {@link org.memmpy.transfer.Importer}s
 * and {@link org.memmpy.transfer.Exporter}s are found by {@link java.util.ServiceLoader}.
 *
 * <p>Results go to standard output, everything else to standard error. A verb throws what went
 * wrong; {@code Errors} makes the one line of it that the user sees, and the exit code: 0 for
 * success only, 2 if the command line is wrong, 1 for everything else. Only {@code Main.main} ends
 * the JVM.
 */
package org.memmpy.cli;
