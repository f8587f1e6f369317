// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Makes archives that no sound writer makes: each number is the caller's. */
final class ZipBytes {
    private final ByteArrayOutputStream members = new ByteArrayOutputStream();
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private int count;

    /** What the next member's headers say. */
    int flags;

    int method;
    int volume;
    long bytesMore;
    long offsetMore;
    int countMore;
    int endVolume;
    boolean zip64;
    int zip64Fields = 3;
    String prefix = "";
    String comment = "";

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    ZipBytes member(String name, String content) {
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        int offset = members.size();
        ByteBuffer local = buffer(30 + path.length);
        local.putInt(0x04034b50).putShort((short) 20).putShort((short) flags);
        local.putShort((short) method).putInt(0).putInt(0).putInt(data.length);
        local.putInt(data.length).putShort((short) path.length).putShort((short) 0).put(path);
        members.writeBytes(bytes(local));
        members.writeBytes(data);

        int extra = zip64 ? 4 + 8 * zip64Fields : 0;
        ByteBuffer central = buffer(46 + path.length + extra);
        central.putInt(0x02014b50).putShort((short) 45).putShort((short) 45);
        central.putShort((short) flags).putShort((short) method).putInt(0).putInt(0);
        central.putInt(zip64 ? -1 : (int) (data.length + bytesMore));
        central.putInt(zip64 ? -1 : data.length);
        central.putShort((short) path.length).putShort((short) extra).putShort((short) 0);
        central.putShort((short) volume).putShort((short) 0).putInt(0);
        central.putInt(zip64 ? -1 : (int) (offset + offsetMore)).put(path);
        if (zip64) {
            long[] values = {data.length, data.length + bytesMore, offset + offsetMore};
            central.putShort((short) 1).putShort((short) (extra - 4));
            for (int i = 0; i < zip64Fields; i++) {
                central.putLong(values[i]);
            }
        }
        directory.writeBytes(bytes(central));
        count++;
        return this;
    }

    byte[] finish() {
        byte[] before = prefix.getBytes(StandardCharsets.UTF_8);
        byte[] after = comment.getBytes(StandardCharsets.UTF_8);
        int start = members.size();
        int records = count + countMore;
        ByteBuffer end = buffer((zip64 ? 76 : 0) + 22 + after.length);
        if (zip64) {
            end.putInt(0x06064b50).putLong(44).putInt(0).putInt(endVolume).putInt(0);
            end.putLong(records).putLong(records).putLong(directory.size()).putLong(start);
            end.putInt(0x07064b50).putInt(0).putLong(start + directory.size()).putInt(1);
        }
        end.putInt(0x06054b50).putShort((short) endVolume).putShort((short) 0);
        end.putShort((short) (zip64 ? -1 : records)).putShort((short) (zip64 ? -1 : records));
        end.putInt(zip64 ? -1 : directory.size()).putInt(zip64 ? -1 : start);
        end.putShort((short) after.length).put(after);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(before);
        all.writeBytes(members.toByteArray());
        all.writeBytes(directory.toByteArray());
        all.writeBytes(bytes(end));
        return all.toByteArray();
    }
}
