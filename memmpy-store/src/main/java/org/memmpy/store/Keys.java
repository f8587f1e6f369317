// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.nio.charset.StandardCharsets;

/** What the key of a row may be: text, as UTF-8 of at most 64 KiB. */
final class Keys {
    static final int MAX_BYTES = 64 << 10;

    private Keys() {}

    /** {@return why a key cannot be used, or null} */
    static String fault(String key) {
        for (int i = 0; i < key.length(); i++) {
            if (Character.isSurrogate(key.charAt(i))) {
                if (!Character.isSupplementaryCodePoint(key.codePointAt(i))) {
                    return "has half a character (an unpaired surrogate) at index " + i;
                }
                i++;
            }
        }
        if (key.length() > MAX_BYTES / 3 && utf8(key).length > MAX_BYTES) {
            return "is longer than 64 KiB of UTF-8";
        }
        return null;
    }

    /** {@return the bytes of a key that has no fault} */
    static byte[] utf8(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    /** {@return a key for a message} */
    static String quoted(String key) {
        return "'" + (key.length() > 100 ? key.substring(0, 100) + "..." : key) + "'";
    }
}
