// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Cuts: which rows fulfil a condition over columns.
 *
 * <p>A {@link org.memmpy.where.Cut} is an expression, read once ({@code Lexer}, {@code Parser} make
 * {@code Expr}). With a table it gets types ({@code Checker}, {@code Arithmetic}, {@code
 * Comparisons} make {@code Typed}), becomes a list of steps over arrays of 4096 elements ({@code
 * Program}, {@code Operations}, the loops are in the kernel), and is run by several threads ({@code
 * Evaluation}). {@code CutCache} keeps the result.
 *
 * <p>An expression cannot do more than calculate: no name is looked up but the table's columns and
 * the constants given. Hot is {@code Program.select}: nothing is allocated there, nothing branches
 * on values. Throws {@link org.memmpy.where.CutException} for what cannot be understood, {@link
 * org.memmpy.CorruptStoreException} for columns that cannot be read.
 */
package org.memmpy.where;
