// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** For tests that need {@code python3} with NumPy; elsewhere they are skipped with that reason. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(EnabledIfNumPy.Condition.class)
public @interface EnabledIfNumPy {
    /** Looks for NumPy once. */
    final class Condition implements ExecutionCondition {
        private static final boolean AVAILABLE = NumPy.isAvailable();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return AVAILABLE
                    ? ConditionEvaluationResult.enabled("python3 imports numpy")
                    : ConditionEvaluationResult.disabled(
                            "no python3 with numpy (Debian: python3-numpy)");
        }
    }
}
