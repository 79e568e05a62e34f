package io.dharma.tracing.errors;

import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import io.dharma.tracing.errors.fingerprint.TraceFrame;
import io.dharma.tracing.spi.JsonWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Errors as JSON documents, by the names of the Elastic Common Schema where it has one, and below {@code dharma} where it
 * has none. All that a record has is in its document: what is printed for a person, such as {@code error.stack_trace}, is
 * there once more as data.
 *
 * <table>
 * <caption>Where what is</caption>
 * <tr><td>{@code @timestamp}</td><td>when it happened; of a count the minute's begin; of a group when it was last seen</td></tr>
 * <tr><td>{@code event.id}, {@code error.id}</td><td>the record's and the event's id</td></tr>
 * <tr><td>{@code error.type, .message, .stack_trace}</td><td>what was thrown, as printed by Java, at most 64 Ki
 *     characters</td></tr>
 * <tr><td>{@code message, log.level, log.logger}</td><td>what was logged with it, the severity, and by whom</td></tr>
 * <tr><td>{@code service.name, .version, .environment, .node.name, host.name}</td><td>whose it is</td></tr>
 * <tr><td>{@code transaction.name}</td><td>the operation</td></tr>
 * <tr><td>{@code trace.id, span.id, user.hash, process.thread.name, labels}</td><td>as ECS says</td></tr>
 * <tr><td>{@code dharma.group, .family, .exact}</td><td>the fingerprint</td></tr>
 * <tr><td>{@code dharma.category, .mechanism, .handled}</td><td>the classification, in lower case</td></tr>
 * <tr><td>{@code dharma.correlation_id, .request_id, .conversation_id}</td><td>the request</td></tr>
 * <tr><td>{@code dharma.explanation, .trace, .breadcrumbs}</td><td>data: why it has its group, the frames, what happened
 *     before</td></tr>
 * <tr><td>{@code dharma.count, .total}</td><td>of a count</td></tr>
 * <tr><td>{@code dharma.state, .state_since, .first_seen, .title, ...}</td><td>of a group</td></tr>
 * </table>
 *
 * <p>Any thread. An event's document takes some 6 us to make, and is made once for all who send it at the same time.
 */
public final class ErrorDocument {

    private static final String ECS_VERSION = "8.17.0";

    private ErrorDocument() {}

    /** The document as UTF-8, which is nobody's to change. */
    public static byte[] of(ErrorRecord record) {
        if (record instanceof ErrorEvent event) {
            return event.document();
        }
        if (record instanceof ErrorCount count) {
            return make(count);
        }
        GroupChange change = (GroupChange) record;
        return of(change.known(), List.of(change.service().name()));
    }

    /**
     * The document of a group.
     *
     * @param services the names of those in which it happened
     */
    public static byte[] of(ErrorGroup group, Collection<String> services) {
        JsonWriter json = new JsonWriter().beginObject();
        member(json, "@timestamp", group.lastSeen());
        json.name("event").beginObject().name("kind").value("state").endObject();
        json.name("service").beginObject().name("name").beginArray();
        services.forEach(json::value);
        json.endArray().endObject();
        json.name("error").beginObject();
        member(json, "type", group.type());
        json.endObject();
        level(json, group.severity(), null);
        json.name("dharma").beginObject();
        member(json, "group", group.id());
        member(json, "family", group.family());
        member(json, "predecessor", group.predecessor());
        member(json, "culprit", group.culprit());
        member(json, "title", group.title());
        member(json, "category", lowerCase(group.category()));
        member(json, "state", lowerCase(group.state()));
        member(json, "state_since", group.stateSince());
        member(json, "first_seen", group.firstSeen());
        json.name("count").value(group.count());
        json.name("affected_users").value(group.affectedUsers());
        json.name("releases").beginArray();
        group.releases().forEach(json::value);
        json.endArray().name("samples").beginArray();
        for (SampleTrace sample : group.samples()) {
            json.beginObject();
            member(json, "time", sample.time());
            member(json, "trace_id", sample.traceId());
            member(json, "correlation_id", sample.correlationId());
            json.endObject();
        }
        return json.endArray().endObject().endObject().toBytes();
    }

    static byte[] make(ErrorCount count) {
        JsonWriter json = new JsonWriter().beginObject();
        member(json, "@timestamp", Instant.ofEpochSecond(TimeUnit.MINUTES.toSeconds(count.epochMinute())));
        json.name("event").beginObject().name("kind").value("metric");
        member(json, "id", count.id());
        json.endObject();
        service(json, count.service());
        nested(json, "transaction", "name", count.operation());
        json.name("dharma").beginObject();
        member(json, "group", count.group());
        member(json, "family", count.family());
        json.name("count").value(count.count());
        json.name("total").value(count.total());
        return json.endObject().endObject().toBytes();
    }

    static byte[] make(ErrorEvent event) {
        JsonWriter json = new JsonWriter().beginObject();
        member(json, "@timestamp", event.time());
        nested(json, "ecs", "version", ECS_VERSION);
        json.name("event")
                .beginObject()
                .name("kind")
                .value("event")
                .name("dataset")
                .value("dharma.error");
        member(json, "id", event.id());
        json.endObject();
        member(json, "message", event.logMessage().orElse(null));
        level(json, event.severity(), event.logger().orElse(null));
        json.name("error").beginObject();
        member(json, "id", event.id());
        member(json, "type", event.type());
        member(json, "message", event.message().orElse(null));
        member(json, "stack_trace", StackTracePrinter.print(event.trace()));
        json.endObject();
        service(json, event.service());
        nested(json, "transaction", "name", event.operation().orElse(null));
        nested(json, "trace", "id", event.traceId().orElse(null));
        nested(json, "span", "id", event.spanId().orElse(null));
        nested(json, "user", "hash", event.userKey().orElse(null));
        event.thread().ifPresent(thread -> {
            json.name("process").beginObject();
            nested(json, "thread", "name", thread);
            json.endObject();
        });
        List<String> unusual = labels(json, event.labels());
        json.name("dharma").beginObject();
        own(json, event);
        if (!unusual.isEmpty()) {
            json.name("more_labels").beginArray();
            unusual.forEach(json::value);
            json.endArray();
        }
        return json.endObject().endObject().toBytes();
    }

    private static void own(JsonWriter json, ErrorEvent event) {
        member(json, "group", event.fingerprint().group());
        member(json, "family", event.fingerprint().family());
        member(json, "exact", event.fingerprint().exact());
        member(json, "category", lowerCase(event.category()));
        member(json, "mechanism", lowerCase(event.mechanism()));
        json.name("handled").value(event.handled());
        member(json, "correlation_id", event.correlationId().orElse(null));
        member(json, "request_id", event.requestId().orElse(null));
        member(json, "conversation_id", event.conversationId().orElse(null));
        json.name("explanation");
        explanation(json, event.fingerprint().explanation());
        json.name("trace");
        trace(json, event.trace());
        if (!event.breadcrumbs().isEmpty()) {
            json.name("breadcrumbs").beginArray();
            for (Breadcrumb breadcrumb : event.breadcrumbs()) {
                json.beginObject();
                member(json, "time", breadcrumb.time());
                member(json, "category", breadcrumb.category());
                member(json, "message", breadcrumb.message());
                json.endObject();
            }
            json.endArray();
        }
    }

    private static void explanation(JsonWriter json, Explanation why) {
        json.beginObject();
        member(json, "type", why.type());
        TraceFrame frame = why.frame();
        if (frame != null) {
            json.name("frame");
            frame(json, frame);
        }
        member(json, "line", why.line());
        member(json, "message", why.message());
        json.name("reasons").beginArray();
        why.reasons().forEach(json::value);
        json.endArray().endObject();
    }

    private static void trace(JsonWriter json, StackTraceModel trace) {
        json.beginArray();
        for (ThrownError error : trace.causes()) {
            json.beginObject();
            member(json, "type", error.type());
            member(json, "message", error.message());
            json.name("frames").beginArray();
            error.frames().forEach(frame -> frame(json, frame));
            json.endArray();
            if (!error.suppressed().isEmpty()) {
                json.name("suppressed").beginArray();
                error.suppressed().forEach(model -> trace(json, model));
                json.endArray();
            }
            json.endObject();
        }
        json.endArray();
    }

    /** Class, method, line and, where it is known, file. */
    private static void frame(JsonWriter json, TraceFrame frame) {
        json.beginArray().value(frame.className()).value(frame.method()).value(frame.line());
        String file = frame.file();
        if (file != null) {
            json.value(file);
        }
        json.endArray();
    }

    private static void level(JsonWriter json, Severity severity, @Nullable String logger) {
        json.name("log").beginObject().name("level").value(lowerCase(severity));
        member(json, "logger", logger);
        json.endObject();
    }

    private static void service(JsonWriter json, ServiceIdentity service) {
        json.name("service").beginObject();
        member(json, "name", service.name());
        member(json, "version", service.version());
        member(json, "environment", service.environment());
        nested(json, "node", "name", service.instance());
        json.endObject();
        nested(json, "host", "name", service.host());
    }

    /** Writes those whose names fields may have; returns names and values of the others. */
    private static List<String> labels(JsonWriter json, Map<String, String> labels) {
        List<String> unusual = new ArrayList<>();
        if (!labels.isEmpty()) {
            json.name("labels").beginObject();
            // Else the same event would have another document the next time.
            new TreeMap<>(labels).forEach((name, value) -> {
                if (isUsual(name)) {
                    json.name(name).value(value);
                } else {
                    unusual.add(name);
                    unusual.add(value);
                }
            });
            json.endObject();
        }
        return unusual;
    }

    /** Elasticsearch takes a dot for the border between two names, of which none may be blank. */
    private static boolean isUsual(String name) {
        return name.indexOf('\u0000') < 0
                && List.of(name.split("\\.", -1)).stream().noneMatch(String::isBlank);
    }

    private static void nested(JsonWriter json, String object, String name, @Nullable String value) {
        if (value != null) {
            json.name(object).beginObject().name(name).value(value).endObject();
        }
    }

    private static void member(JsonWriter json, String name, @Nullable String value) {
        if (value != null) {
            json.name(name).value(value);
        }
    }

    private static void member(JsonWriter json, String name, Instant value) {
        json.name(name).value(value.toString());
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
