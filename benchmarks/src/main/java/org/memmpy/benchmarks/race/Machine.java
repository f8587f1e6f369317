// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;

/** What results depend on beside the program. */
public final class Machine {
    private Machine() {}

    /**
     * {@return members for every line of results}
     *
     * @param fileSystem of the directory that is measured
     */
    public static Map<String, String> of(String fileSystem) {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("date", LocalDate.now(ZoneId.systemDefault()).toString());
        machine.put("java", "Java " + Runtime.version());
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        machine.put("processors", Runtime.getRuntime().availableProcessors() + " processors");
        machine.put("fileSystem", fileSystem);
        return machine;
    }
}
