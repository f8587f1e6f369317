// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The batches that the consumer of a loader has and has not closed. Each has memory of its own, so
 * who forgets to close them is told before the machine has none left. Safe from any thread.
 *
 * <p>While they are few nothing but their number is kept. Of more, where each was taken: that costs
 * a microsecond, and nobody who closes batches pays it.
 */
final class OpenBatches {
    /** More than a queue or two between loader and model hold. */
    private static final int UNREMARKABLE = 16;

    private static final int LEAST = 32;
    private static final int MOST = 1024;
    private static final long MOST_BYTES = 4L << 30;
    private static final int PLACES_TOLD = 3;
    private static final StackWalker STACK = StackWalker.getInstance();

    private static final Set<String> OF_LOADER =
            Stream.of(
                            OpenBatches.class,
                            MiniBatch.class,
                            BatchLoader.class,
                            Ring.class,
                            Epoch.class)
                    .map(Class::getName)
                    .collect(Collectors.toUnmodifiableSet());

    private final int least;
    private final int most;

    /** Of those whose place is known, how many were taken at each. */
    private final Map<String, Integer> places = new HashMap<>();

    private int count;
    private long bytes;

    private OpenBatches(int least, int most) {
        this.least = least;
        this.most = most;
    }

    /** {@return a count that ends where batches need much memory, however many they are} */
    static OpenBatches byMemory() {
        return new OpenBatches(LEAST, MOST);
    }

    /** {@return a count up to a number} */
    static OpenBatches upTo(int batches) {
        return new OpenBatches(batches, batches);
    }

    /**
     * Counts a batch.
     *
     * @param batchBytes that it has
     * @return to be called once when it is closed
     * @throws IllegalStateException if there are too many
     */
    synchronized Runnable take(long batchBytes) {
        if (count >= most || (count >= least && bytes + batchBytes > MOST_BYTES)) {
            throw new IllegalStateException(message());
        }
        count++;
        bytes += batchBytes;
        String place = count > Math.min(UNREMARKABLE, most / 2) ? caller() : null;
        if (place != null) {
            places.merge(place, 1, Integer::sum);
        }
        return () -> close(batchBytes, place);
    }

    /** {@return how many are open} */
    synchronized int count() {
        return count;
    }

    private synchronized void close(long batchBytes, String place) {
        count--;
        bytes -= batchBytes;
        if (place != null) {
            places.computeIfPresent(place, (at, taken) -> taken == 1 ? null : taken - 1);
        }
    }

    private String message() {
        String taken =
                places.entrySet().stream()
                        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                        .limit(PLACES_TOLD)
                        .map(place -> "%,d at %s".formatted(place.getValue(), place.getKey()))
                        .collect(Collectors.joining(", "));
        return "%,d batches of the loader are open, %,d bytes, and no more may be. Taken: %s. Close each batch when it was used, with try (batch) { ... }, and copy what is to stay; or, where the loader is built, allow more with LoaderBuilder.maxOpenBatches(n). The pass goes on when some were closed"
                .formatted(count, bytes, taken);
    }

    /** {@return where a batch was asked for, outside of the loader} */
    private static String caller() {
        return STACK.walk(
                        frames ->
                                frames.filter(frame -> !isOfLoader(frame.getClassName()))
                                        .findFirst())
                .map(frame -> frame.toStackTraceElement().toString())
                .orElse("an unknown place");
    }

    /**
     * Also who calls on behalf of another: {@code Iterable.forEach}, {@code Iterator} in a loop.
     */
    private static boolean isOfLoader(String caller) {
        return OF_LOADER.contains(caller)
                || caller.startsWith(Epoch.class.getName() + "$")
                || caller.startsWith("java.");
    }
}
