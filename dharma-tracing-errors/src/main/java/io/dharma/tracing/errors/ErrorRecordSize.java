package io.dharma.tracing.errors;

import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much heap a record takes, by estimate, and rather too much. Costs some nanoseconds a frame. Any thread. */
final class ErrorRecordSize {

    private static final int EVENT_BYTES = 400;
    private static final int COUNT_BYTES = 600;
    private static final int GROUP_BYTES = 900;

    /** A record of some fields, with its place in a list. */
    private static final int PART_BYTES = 48;

    /** The names in it are the JVM's own, or were made so when they were read from the disk. */
    private static final int FRAME_BYTES = 56;

    /** A String and its array, before its characters. */
    private static final int TEXT_BYTES = 48;

    private ErrorRecordSize() {}

    static int of(ErrorRecord record) {
        long bytes;
        if (record instanceof ErrorEvent event) {
            bytes = ofEvent(event);
        } else if (record instanceof ErrorCount count) {
            bytes = COUNT_BYTES + ofText(count.id()) + 2 * ofText(count.group());
        } else {
            bytes = ofGroup(((GroupChange) record).known());
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    private static long ofEvent(ErrorEvent event) {
        Explanation why = event.fingerprint().explanation();
        long bytes = EVENT_BYTES
                + 4L * ofText(event.id())
                + ofText(why.message())
                + ofTexts(why.reasons())
                + ofTrace(event.trace())
                + ofText(event.correlationId().orElse(null))
                + ofText(event.requestId().orElse(null))
                + ofText(event.conversationId().orElse(null))
                + ofText(event.userKey().orElse(null))
                + ofText(event.thread().orElse(null))
                + ofText(event.traceId().orElse(null))
                + ofText(event.spanId().orElse(null))
                + ofText(event.logMessage().orElse(null));
        for (var label : event.labels().entrySet()) {
            bytes += PART_BYTES + ofText(label.getKey()) + ofText(label.getValue());
        }
        for (Breadcrumb breadcrumb : event.breadcrumbs()) {
            bytes += 2 * PART_BYTES + ofText(breadcrumb.category()) + ofText(breadcrumb.message());
        }
        return bytes;
    }

    private static long ofTrace(StackTraceModel trace) {
        long bytes = PART_BYTES;
        for (ThrownError error : trace.causes()) {
            bytes += PART_BYTES
                    + ofText(error.message())
                    + (long) FRAME_BYTES * error.frames().size();
            for (StackTraceModel suppressed : error.suppressed()) {
                bytes += ofTrace(suppressed);
            }
        }
        return bytes;
    }

    private static long ofGroup(ErrorGroup group) {
        return GROUP_BYTES
                + 2 * ofText(group.id())
                + ofText(group.title())
                + ofText(group.culprit())
                + ofTexts(group.releases())
                + 4L * PART_BYTES * group.samples().size();
    }

    private static long ofTexts(List<String> texts) {
        long bytes = 0;
        for (String text : texts) {
            bytes += ofText(text);
        }
        return bytes;
    }

    /** As if it had a character beyond Latin-1: most have none, but what is too much does no harm. */
    private static long ofText(@Nullable String text) {
        return text == null ? 0 : TEXT_BYTES + 2L * text.length();
    }
}
