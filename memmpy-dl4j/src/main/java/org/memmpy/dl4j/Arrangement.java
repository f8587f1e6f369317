// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.batch.Column;
import org.nd4j.linalg.api.ndarray.INDArray;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The columns that a loader gathers for arrays of features and labels and their masks, and which
 * array is made of which column. Immutable.
 */
final class Arrangement {
    private final List<Column> columns = new ArrayList<>();
    private final List<Long> stepFeatures = new ArrayList<>();
    private final Part features;
    private final Part labels;

    /**
     * The columns of some arrays and of their masks.
     *
     * @param arrays the number of the column of each
     * @param masks likewise; null for an array without one, and empty if none has one
     */
    private record Part(List<Integer> arrays, List<Integer> masks) {}

    Arrangement(List<ChosenArray> features, List<ChosenArray> labels) {
        this.features = add(features);
        this.labels = add(labels);
    }

    private Part add(List<ChosenArray> chosen) {
        List<Integer> arrays = new ArrayList<>();
        List<Integer> masks = new ArrayList<>();
        for (ChosenArray each : chosen) {
            arrays.add(add(each.column(), each.stepFeatures()));
            masks.add(each.mask() == null ? null : add(each.mask(), 0));
        }
        boolean masked = chosen.stream().anyMatch(each -> each.mask() != null);
        return new Part(arrays, masked ? masks : List.of());
    }

    private int add(Column column, long features) {
        columns.add(column);
        stepFeatures.add(features);
        return columns.size() - 1;
    }

    /** {@return what the loader gathers} */
    List<Column> columns() {
        return Collections.unmodifiableList(columns);
    }

    /** {@return how many numbers a step of a column's rows is; 0 if they are no sequences} */
    long stepFeatures(int column) {
        return stepFeatures.get(column);
    }

    /**
     * {@return the features}
     *
     * @param arrays of all columns, for all that follow
     */
    INDArray[] features(INDArray[] arrays) {
        return pick(features.arrays, arrays);
    }

    /** {@return the features' masks, null for each that has none; null if none has} */
    INDArray[] featureMasks(INDArray[] arrays) {
        return pick(features.masks, arrays);
    }

    /** {@return the labels; null if there are none} */
    INDArray[] labels(INDArray[] arrays) {
        return pick(labels.arrays, arrays);
    }

    /** {@return the labels' masks, as {@link #featureMasks}} */
    INDArray[] labelMasks(INDArray[] arrays) {
        return pick(labels.masks, arrays);
    }

    private static INDArray[] pick(List<Integer> numbers, INDArray[] from) {
        if (numbers.isEmpty()) {
            return null;
        }
        INDArray[] picked = new INDArray[numbers.size()];
        for (int i = 0; i < picked.length; i++) {
            Integer number = numbers.get(i);
            picked[i] = number == null ? null : from[number];
        }
        return picked;
    }
}
