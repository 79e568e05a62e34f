package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where what is kept.
 *
 * <pre>
 * chain:ID                      hash, the hops of a chain by their span
 * name:ID                       string, a {@link Name}
 * service:NAME:HOUR             stream, the chains that entered a service and did not fail there, by the hour they did
 * service:NAME:HOUR:failed      stream, those that failed there
 * services:HOUR                 set, the services that have such streams
 * user:KEY                      stream, the chains of a user
 * </pre>
 *
 * <p>Hours are counted from 1970, and are of a hop's start. Any thread.
 */
final class Keys {

    private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);

    private final String prefix;

    Keys(String prefix) {
        this.prefix = prefix;
    }

    byte[] chain(String correlationId) {
        return bytes("chain:" + correlationId);
    }

    byte[] name(long id) {
        byte[] raw = {
            (byte) (id >>> 40), (byte) (id >>> 32), (byte) (id >>> 24), (byte) (id >>> 16), (byte) (id >>> 8), (byte) id
        };
        return bytes("name:" + Base64.getUrlEncoder().withoutPadding().encodeToString(raw));
    }

    byte[] service(ServiceHour service, boolean failed) {
        return bytes("service:" + service.service() + ":" + service.hour() + (failed ? ":failed" : ""));
    }

    byte[] services(long hour) {
        return bytes("services:" + hour);
    }

    byte[] user(String userKey) {
        return bytes("user:" + userKey);
    }

    private byte[] bytes(String key) {
        return utf8(prefix + key);
    }

    static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    static long hourOf(long epochNanos) {
        return Math.floorDiv(epochNanos, HOUR_NANOS);
    }

    /**
     * A service in an hour.
     *
     * @param service cut to the length that names have
     */
    record ServiceHour(String service, long hour) {

        /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof ServiceHour that && hour == that.hour && service.equals(that.service);
        }

        @Override
        public int hashCode() {
            return 31 * service.hashCode() + Long.hashCode(hour);
        }

        static ServiceHour of(String service, long startEpochNanos) {
            return new ServiceHour(Name.cut(service, Name.MAX_SERVICE_LENGTH), hourOf(startEpochNanos));
        }
    }
}
