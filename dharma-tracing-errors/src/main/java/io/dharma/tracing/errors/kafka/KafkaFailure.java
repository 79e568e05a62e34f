package io.dharma.tracing.errors.kafka;

import io.dharma.tracing.pipeline.Delivery;
import java.util.stream.Stream;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/**
 * What an exception of Kafka's means. Reasons name its class and nothing that it says: messages may quote settings and
 * payload.
 */
final class KafkaFailure {

    private KafkaFailure() {}

    /** Whether it is the message's fault, and no other one's. */
    static boolean isOfTheMessage(Throwable thrown) {
        return thrown instanceof RecordTooLargeException
                || thrown instanceof RecordBatchTooLargeException
                || thrown instanceof InvalidTimestampException
                || thrown instanceof InvalidRecordException;
    }

    /** Whether the broker says that there is no such topic; not whether nobody says anything. */
    static boolean isMissingTopic(Throwable thrown) {
        return causes(thrown).anyMatch(UnknownTopicOrPartitionException.class::isInstance);
    }

    static Delivery delivery(Throwable thrown) {
        return isRefusal(thrown) ? Delivery.refused(reason(thrown)) : Delivery.retry(reason(thrown));
    }

    /** What could not be made: that a name is not known may end by itself, all else ends when somebody changes it. */
    static Delivery ofMaking(Throwable thrown) {
        if (isUnknownHost(thrown)) {
            return Delivery.retry("none of the brokers' names is known");
        }
        return thrown instanceof Exception
                ? Delivery.refused("the producer cannot be made of its properties: " + reason(root(thrown)))
                : Delivery.retry("the producer cannot be made: " + reason(thrown));
    }

    private static boolean isUnknownHost(Throwable thrown) {
        return causes(thrown)
                .anyMatch(cause -> cause instanceof ConfigException
                        && String.valueOf(cause.getMessage()).contains("No resolvable bootstrap urls"));
    }

    private static boolean isRefusal(Throwable thrown) {
        return causes(thrown)
                .anyMatch(cause -> cause instanceof AuthenticationException
                        || cause instanceof AuthorizationException
                        || cause instanceof InvalidTopicException
                        || cause instanceof UnsupportedVersionException);
    }

    private static String reason(Throwable thrown) {
        return thrown instanceof TimeoutException
                ? "no answer in time"
                : thrown.getClass().getSimpleName();
    }

    private static Throwable root(Throwable thrown) {
        return causes(thrown).reduce((first, second) -> second).orElse(thrown);
    }

    private static Stream<Throwable> causes(Throwable thrown) {
        return Stream.<@Nullable Throwable>iterate(
                        thrown, cause -> cause != null, cause -> cause == null ? null : cause.getCause())
                .limit(16)
                .flatMap(cause -> Stream.ofNullable(cause));
    }
}
