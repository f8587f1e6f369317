// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/**
 * Arrays of which some have masks and some have not. Those of ND4J M2.1 throw a
 * NullPointerException when they are copied, detached or migrated.
 */
final class MaskedMultiDataSet extends MultiDataSet {
    private static final long serialVersionUID = 1L;

    /** Null for each mask that is missing, and for arrays that all are. */
    MaskedMultiDataSet(
            INDArray[] features,
            INDArray[] labels,
            INDArray[] featureMasks,
            INDArray[] labelMasks) {
        super(features, labels, featureMasks, labelMasks);
    }

    @Override
    public MultiDataSet copy() {
        return new MaskedMultiDataSet(
                copies(getFeatures()),
                copies(getLabels()),
                copies(getFeaturesMaskArrays()),
                copies(getLabelsMaskArrays()));
    }

    private static INDArray[] copies(INDArray[] arrays) {
        if (arrays == null) {
            return null;
        }
        INDArray[] copies = new INDArray[arrays.length];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = arrays[i] == null ? null : arrays[i].dup();
        }
        return copies;
    }

    @Override
    public void detach() {
        detach(getFeatures());
        detach(getLabels());
        detach(getFeaturesMaskArrays());
        detach(getLabelsMaskArrays());
    }

    private static void detach(INDArray[] arrays) {
        for (int i = 0; arrays != null && i < arrays.length; i++) {
            arrays[i] = arrays[i] == null ? null : arrays[i].detach();
        }
    }

    /** Within a workspace: copies what is not of it. */
    @Override
    public void migrate() {
        migrate(getFeatures());
        migrate(getLabels());
        migrate(getFeaturesMaskArrays());
        migrate(getLabelsMaskArrays());
    }

    private static void migrate(INDArray[] arrays) {
        for (int i = 0; arrays != null && i < arrays.length; i++) {
            arrays[i] = arrays[i] == null ? null : arrays[i].migrate();
        }
    }
}
