package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Failures, as an application works with them: it captures those that no traced block fails with, leaves notes that may
 * explain one, and asks what there was.
 *
 * <pre>{@code
 * Errors errors = dharma.errors();
 * try {
 *     mailer.send(receipt);
 * } catch (MailException e) {
 *     errors.capture(e); // the order stands without a receipt
 * }
 * }</pre>
 *
 * <p>Any thread. Capturing and notes cost a microsecond or two and never throw; questions wait for the stores' answers, see
 * {@link ErrorQueries}.
 */
public interface Errors {

    /** Captures nothing, and knows nothing. */
    static Errors none() {
        return NoErrors.INSTANCE;
    }

    /** Captures what the application caught; see {@link ErrorTracker}. Null is nothing. */
    void capture(@Nullable Throwable throwable);

    /** As {@link #capture(Throwable)}, saying more about it. */
    void capture(@Nullable Throwable throwable, CaptureDetails details);

    /**
     * Leaves a note that errors of the same trace will have with them; outside of a trace, those of the same thread. The
     * last 50 are kept.
     *
     * @param category what kind of thing, in a word: {@code http}, {@code sql}, {@code ui}
     * @param message what happened; cut after 250 characters
     */
    void breadcrumb(String category, String message);

    /**
     * Says that a group is over. Should it happen again, it has {@linkplain GroupState#REGRESSED regressed}.
     *
     * @return false if no such group is known to this process
     */
    boolean resolve(String group);

    /** Questions about what was caught. */
    ErrorQueries queries();

    /** The 100 groups that happened last. */
    default List<ErrorGroup> groups() {
        return queries().groups();
    }

    /** The groups that are wanted; those that happened last first. */
    default List<ErrorGroup> groups(GroupQuery query) {
        return queries().groups(query);
    }

    /** A group; empty if it is not known. */
    default Optional<ErrorGroup> group(String id) {
        return queries().group(id);
    }

    /** The last 100 events of a group that are kept. */
    default List<ErrorEvent> events(String group) {
        return queries().events(group);
    }

    /** The events that are wanted and kept; the newest first. */
    default List<ErrorEvent> events(EventQuery query) {
        return queries().events(query);
    }

    /** How often errors happened, by minute; minutes without are left out. */
    default List<MinuteRate> rates(RateQuery query) {
        return queries().rates(query);
    }

    /** What errors of the last hour have in common. */
    default ErrorPatterns patterns() {
        return queries().patterns();
    }

    /** What errors have in common that happened at {@code from} or later and before {@code to}. */
    default ErrorPatterns patterns(Instant from, Instant to) {
        return queries().patterns(from, to);
    }
}
