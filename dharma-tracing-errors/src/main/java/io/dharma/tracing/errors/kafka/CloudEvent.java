package io.dharma.tracing.errors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dharma.tracing.errors.ErrorCount;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.GroupChange;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.errors.alert.Alert;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * A record as a message: its document as the value, its group as the key, and what it is in headers, as CloudEvents 1.0 has it
 * in the binary mode of its Kafka binding.
 */
final class CloudEvent {

    private static final DateTimeFormatter RFC_3339 = DateTimeFormatter.ISO_OFFSET_DATE_TIME;
    private static final int DIGEST_BYTES = 8;

    private CloudEvent() {}

    static ProducerRecord<byte[], byte[]> message(String topic, ErrorRecord record, byte[] document) {
        ProducerRecord<byte[], byte[]> message = message(
                topic, type(record), id(record, document), record.group(), service(record), time(record), document);
        if (record instanceof ErrorEvent event) {
            addTraceparent(message.headers(), event);
        }
        return message;
    }

    static ProducerRecord<byte[], byte[]> message(String topic, Alert alert) {
        ErrorGroup group = alert.group();
        String subject = group == null ? alert.service().name() : group.id();
        return message(
                topic,
                "io.dharma.tracing.error.alert.v1",
                alert.id(),
                subject,
                alert.service(),
                alert.time(),
                alert.toJson());
    }

    private static ProducerRecord<byte[], byte[]> message(
            String topic,
            String type,
            String id,
            String subject,
            ServiceIdentity service,
            Instant time,
            byte[] document) {
        ProducerRecord<byte[], byte[]> message =
                new ProducerRecord<>(topic, null, Math.max(0, time.toEpochMilli()), subject.getBytes(UTF_8), document);
        Headers headers = message.headers();
        add(headers, "ce_specversion", "1.0");
        add(headers, "ce_id", id);
        add(headers, "ce_source", source(service));
        add(headers, "ce_type", type);
        add(headers, "ce_subject", subject);
        add(headers, "ce_time", RFC_3339.format(time.atOffset(ZoneOffset.UTC)));
        add(headers, "content-type", "application/json");
        return message;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }

    /**
     * Two changes of a group are two messages, of which none may be taken for a repetition of the other: so what they say is
     * a part of what they are called.
     */
    private static String id(ErrorRecord record, byte[] document) {
        return record instanceof GroupChange ? record.id() + "-" + digest(document) : record.id();
    }

    private static String digest(byte[] document) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(document);
            return HexFormat.of().formatHex(Arrays.copyOf(digest, DIGEST_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static ServiceIdentity service(ErrorRecord record) {
        if (record instanceof ErrorEvent event) {
            return event.service();
        }
        return record instanceof ErrorCount count ? count.service() : ((GroupChange) record).service();
    }

    /** A URI reference. */
    private static String source(ServiceIdentity service) {
        return "/" + encoded(service.name()) + "/" + encoded(service.instance());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private static String type(ErrorRecord record) {
        if (record instanceof ErrorEvent) {
            return "io.dharma.tracing.error.event.v1";
        }
        return record instanceof ErrorCount ? "io.dharma.tracing.error.count.v1" : "io.dharma.tracing.error.group.v1";
    }

    private static Instant time(ErrorRecord record) {
        if (record instanceof ErrorEvent event) {
            return event.time();
        }
        return record instanceof ErrorCount count
                ? Instant.ofEpochSecond(60 * count.epochMinute())
                : ((GroupChange) record).known().lastSeen();
    }

    /** Said to be sampled, since a trace in which something failed is kept wherever traces are. */
    private static void addTraceparent(Headers headers, ErrorEvent event) {
        String trace = event.traceId().orElse("");
        String span = event.spanId().orElse("");
        if (isHex(trace, 32) && isHex(span, 16)) {
            add(headers, "traceparent", "00-" + trace + "-" + span + "-01");
        }
    }

    private static boolean isHex(String id, int length) {
        return id.length() == length
                && id.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
                && id.chars().anyMatch(c -> c != '0');
    }
}
