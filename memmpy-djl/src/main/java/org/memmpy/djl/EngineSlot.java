// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.memmpy.batch.BatchMemory;

/**
 * Memory of one batch that becomes the engine's arrays. Filled by one thread, then handed to
 * another; whoever hands it over synchronises.
 */
interface EngineSlot extends BatchMemory.Slot, HeldArrays {}
