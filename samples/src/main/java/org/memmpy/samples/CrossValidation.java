// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import org.memmpy.index.Folds;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Splitter;
import org.memmpy.store.Store;
import org.memmpy.where.Cut;

import java.io.IOException;
import java.util.DoubleSummaryStatistics;

/**
 * Which {@link Customers} leave? A cut chooses rows, k-fold cross-validation says how well a
 * network does on them. Neither cut nor folds copy a row: they are lists of row numbers.
 */
final class CrossValidation {
    private CrossValidation() {}

    /** Makes a network of some rows, and judges it by others. */
    @FunctionalInterface
    interface Training {
        /** {@return the share of the rows to judge by whose label is found} */
        double accuracy(RowIndex train, RowIndex valid) throws IOException;
    }

    /**
     * Trains and judges a network for each fold.
     *
     * @param engine its name
     * @param store of customers
     * @param k how many folds
     * @return the accuracies
     */
    static DoubleSummaryStatistics run(
            String engine, Store store, int k, Training training, Screen screen)
            throws IOException {
        RowIndex rows = Cut.parse("(age >= 18) & (plan == 'private')").rows(store.table());
        Folds folds = Splitter.stratified(store.array("left"), Customers.SEED).folds(rows, k);
        screen.line("Which customers leave? Cross-validation with %s", engine);
        screen.blank();
        screen.fact("table", "%,d rows of %s", store.table().rows(), store.table().names());
        screen.fact("cut", "%,d private customers of age; %s", rows.size(), folds);
        screen.blank();
        screen.line("  fold   to train   to judge   accuracy");
        DoubleSummaryStatistics accuracies = new DoubleSummaryStatistics();
        for (int fold = 0; fold < folds.size(); fold++) {
            RowIndex train = folds.train(fold);
            RowIndex valid = folds.valid(fold);
            double accuracy = training.accuracy(train, valid);
            accuracies.accept(accuracy);
            screen.line(
                    "  %4d   %,8d   %,8d   %6.1f %%",
                    fold + 1, train.size(), valid.size(), 100 * accuracy);
        }
        screen.blank();
        screen.line(
                "  On average %.1f %%, from %.1f to %.1f",
                100 * accuracies.getAverage(),
                100 * accuracies.getMin(),
                100 * accuracies.getMax());
        return accuracies;
    }
}
