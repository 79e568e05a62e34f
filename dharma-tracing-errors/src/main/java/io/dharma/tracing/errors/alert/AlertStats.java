package io.dharma.tracing.errors.alert;

/**
 * What became of all that might have been an alert. Immutable. How deliveries went is in {@link
 * ErrorAlerts#pipelineStats()}.
 *
 * @param raised handed over to the sinks
 * @param cooledDown not said, since it had just been
 * @param capped not said, since too much was within a minute; an alert of kind {@link AlertKind#OVERFLOW} says how many
 * @param claimedByOthers not said, since another process of the service says it
 * @param explained spikes of an operation or of the service that were not said, since a group or an operation that is told
 *     of makes most of them up
 * @param unanswered of those raised, how many nobody of the fleet was asked about successfully: the question failed, or was
 *     not answered in time
 * @param waiting for the fleet's answer, now
 */
public record AlertStats(
        long raised,
        long cooledDown,
        long capped,
        long claimedByOthers,
        long explained,
        long unanswered,
        int waiting) {}
