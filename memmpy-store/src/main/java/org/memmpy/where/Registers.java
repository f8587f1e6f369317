// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import static org.memmpy.kernel.ColumnBlock.ROWS;

import org.memmpy.DType;
import org.memmpy.where.Types.Lane;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** The arrays that blocks are calculated in, used again as soon as their values are not needed. */
final class Registers {
    private final Map<Lane, Deque<Object>> free = new EnumMap<>(Lane.class);
    private final IdentityHashMap<Object, Lane> temporary = new IdentityHashMap<>();

    /** {@return an array for the results of a type} */
    Object take(DType type) {
        return take(Types.lane(type));
    }

    Object take(Lane lane) {
        Deque<Object> left = free.computeIfAbsent(lane, l -> new ArrayDeque<>());
        Object array = left.isEmpty() ? array(lane) : left.pop();
        temporary.put(array, lane);
        return array;
    }

    /** Has an array used again by who comes next; unless it is kept. */
    void give(Object array) {
        Lane lane = temporary.remove(array);
        if (lane != null) {
            free.get(lane).push(array);
        }
    }

    /** {@return an array that nobody else gets} */
    static Object array(Lane lane) {
        return switch (lane) {
            case INT -> new int[ROWS];
            case LONG -> new long[ROWS];
            case FLOAT -> new float[ROWS];
            case DOUBLE -> new double[ROWS];
        };
    }
}
