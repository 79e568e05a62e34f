package io.dharma.tracing.errors.logging;

/**
 * What became of the throwables that were logged at or above an appender's threshold, in the whole process and since it
 * began. Immutable; any thread.
 *
 * @param captured handed to a tracker
 * @param withoutTracker logged when there was no tracker: before the service was started, or after it was closed
 * @param withoutThrowable of which only a description was there, since Logback got the event from another process
 * @param failed something was thrown on the way, a message that cannot be formatted for instance; it was contained
 */
public record LogCaptureCounts(long captured, long withoutTracker, long withoutThrowable, long failed) {

    /** Those of this process up to now. */
    public static LogCaptureCounts ofProcess() {
        return LoggedErrors.counts();
    }
}
