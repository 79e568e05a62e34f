package io.dharma.tracing.errors.elasticsearch;

import co.elastic.clients.json.JsonData;
import io.dharma.tracing.errors.Breadcrumb;
import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.GroupState;
import io.dharma.tracing.errors.Mechanism;
import io.dharma.tracing.errors.SampleTrace;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.errors.Severity;
import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import io.dharma.tracing.errors.fingerprint.TraceFrame;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents back. What somebody else wrote there, or a later version, is no error: it is left out. Any thread.
 */
final class DocumentReader {

    /** What is suppressed in what is suppressed ...: no more than is ever written. */
    private static final int MAX_DEPTH = 64;

    private DocumentReader() {}

    /** A group and the services in which it happened. */
    record KnownGroup(ErrorGroup group, List<String> services) {}

    /** Null if it is none. */
    static @Nullable ErrorEvent event(@Nullable JsonData document) {
        try {
            return document == null ? null : event(document.toJson().asJsonObject());
        } catch (ClassCastException
                | NullPointerException
                | IllegalArgumentException
                | DateTimeException
                | IndexOutOfBoundsException foreign) {
            return null;
        }
    }

    /** Null if it is none. */
    static @Nullable KnownGroup group(@Nullable JsonData document) {
        try {
            return document == null ? null : group(document.toJson().asJsonObject());
        } catch (ClassCastException
                | NullPointerException
                | IllegalArgumentException
                | DateTimeException
                | IndexOutOfBoundsException foreign) {
            return null;
        }
    }

    private static ErrorEvent event(JsonObject document) {
        JsonObject own = document.getJsonObject("dharma");
        Fingerprint fingerprint = new Fingerprint(
                own.getString("group"),
                own.getString("family"),
                own.getString("exact"),
                explanation(own.getJsonObject("explanation")));
        return ErrorEvent.builder(
                        document.getJsonObject("event").getString("id"),
                        Instant.parse(document.getString("@timestamp")),
                        service(document),
                        fingerprint,
                        trace(own.getJsonArray("trace"), 0))
                .severity(constant(Severity.class, document.getJsonObject("log").getString("level"), Severity.ERROR))
                .category(constant(Category.class, own.getString("category"), Category.OTHER))
                .mechanism(constant(Mechanism.class, own.getString("mechanism"), Mechanism.CAPTURE))
                .handled(own.getBoolean("handled"))
                .operation(at(document, "transaction", "name"))
                .span(at(document, "trace", "id"), at(document, "span", "id"))
                .correlation(
                        own.getString("correlation_id", null),
                        own.getString("request_id", null),
                        own.getString("conversation_id", null))
                .userKey(at(document, "user", "hash"))
                .thread(at(document, "process", "thread", "name"))
                .logged(at(document, "log", "logger"), document.getString("message", null))
                .labels(labels(document, own))
                .breadcrumbs(breadcrumbs(own))
                .build();
    }

    private static ServiceIdentity service(JsonObject document) {
        JsonObject service = document.getJsonObject("service");
        return new ServiceIdentity(
                service.getString("name"),
                service.getString("version", null),
                service.getString("environment", null),
                service.getJsonObject("node").getString("name"),
                at(document, "host", "name"));
    }

    private static Explanation explanation(JsonObject why) {
        JsonArray frame = why.getJsonArray("frame");
        return new Explanation(
                why.getString("type"),
                frame == null ? null : frame(frame),
                why.getString("line"),
                why.getString("message"),
                texts(why.getJsonArray("reasons")));
    }

    private static StackTraceModel trace(JsonArray causes, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("too many errors within errors");
        }
        List<ThrownError> errors = new ArrayList<>();
        for (JsonObject error : causes.getValuesAs(JsonObject.class)) {
            List<TraceFrame> frames = new ArrayList<>();
            error.getJsonArray("frames").getValuesAs(JsonArray.class).forEach(frame -> frames.add(frame(frame)));
            List<StackTraceModel> suppressed = new ArrayList<>();
            if (error.containsKey("suppressed")) {
                for (JsonArray model : error.getJsonArray("suppressed").getValuesAs(JsonArray.class)) {
                    suppressed.add(trace(model, depth + 1));
                }
            }
            errors.add(new ThrownError(error.getString("type"), error.getString("message", null), frames, suppressed));
        }
        return new StackTraceModel(errors);
    }

    private static TraceFrame frame(JsonArray frame) {
        return new TraceFrame(
                frame.getString(0), frame.getString(1), frame.size() > 3 ? frame.getString(3) : null, frame.getInt(2));
    }

    private static Map<String, String> labels(JsonObject document, JsonObject own) {
        Map<String, String> labels = new LinkedHashMap<>();
        if (document.containsKey("labels")) {
            document.getJsonObject("labels")
                    .forEach((name, value) -> labels.put(name, ((JsonString) value).getString()));
        }
        if (own.containsKey("more_labels")) {
            List<String> more = texts(own.getJsonArray("more_labels"));
            for (int i = 0; i + 1 < more.size(); i += 2) {
                labels.put(more.get(i), more.get(i + 1));
            }
        }
        return labels;
    }

    private static List<Breadcrumb> breadcrumbs(JsonObject own) {
        List<Breadcrumb> breadcrumbs = new ArrayList<>();
        if (own.containsKey("breadcrumbs")) {
            for (JsonObject breadcrumb : own.getJsonArray("breadcrumbs").getValuesAs(JsonObject.class)) {
                breadcrumbs.add(new Breadcrumb(
                        Instant.parse(breadcrumb.getString("time")),
                        breadcrumb.getString("category"),
                        breadcrumb.getString("message")));
            }
        }
        return breadcrumbs;
    }

    private static KnownGroup group(JsonObject document) {
        JsonObject own = document.getJsonObject("dharma");
        List<SampleTrace> samples = new ArrayList<>();
        for (JsonObject sample : own.getJsonArray("samples").getValuesAs(JsonObject.class)) {
            samples.add(new SampleTrace(
                    Instant.parse(sample.getString("time")),
                    sample.getString("trace_id", null),
                    sample.getString("correlation_id", null)));
        }
        ErrorGroup group = new ErrorGroup(
                own.getString("group"),
                own.getString("family"),
                own.getString("predecessor", null),
                document.getJsonObject("error").getString("type"),
                own.getString("culprit", null),
                own.getString("title"),
                constant(Severity.class, document.getJsonObject("log").getString("level"), Severity.ERROR),
                constant(Category.class, own.getString("category"), Category.OTHER),
                constant(GroupState.class, own.getString("state"), GroupState.ONGOING),
                Instant.parse(own.getString("state_since")),
                Instant.parse(own.getString("first_seen")),
                Instant.parse(document.getString("@timestamp")),
                own.getJsonNumber("count").longValue(),
                own.getJsonNumber("affected_users").longValue(),
                texts(own.getJsonArray("releases")),
                samples);
        return new KnownGroup(group, texts(document.getJsonObject("service").getJsonArray("name")));
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        array.getValuesAs(JsonString.class).forEach(text -> texts.add(text.getString()));
        return texts;
    }

    /** Null if it is not there. */
    private static @Nullable String at(JsonObject document, String... path) {
        JsonObject object = document;
        for (int i = 0; i < path.length - 1; i++) {
            JsonValue inner = object.get(path[i]);
            if (inner == null) {
                return null;
            }
            object = inner.asJsonObject();
        }
        return object.getString(path[path.length - 1], null);
    }

    /** A later version may have more. */
    private static <E extends Enum<E>> E constant(Class<E> type, String name, E otherwise) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(name)) {
                return constant;
            }
        }
        return otherwise;
    }
}
