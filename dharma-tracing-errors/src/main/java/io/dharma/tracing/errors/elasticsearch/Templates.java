package io.dharma.tracing.errors.elasticsearch;

import io.dharma.tracing.spi.JsonWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How what is kept is kept: index templates with every field that is asked for, and no field that is not named. */
final class Templates {

    /** Goes up with every change that servers have to be told. */
    static final int VERSION = 1;

    static final String RETENTION = "dharma_retention";

    /** Above those that come with the server. */
    private static final int PRIORITY = 500;

    /** Lucene takes no term of more than 32,766 bytes, and nobody asks for one. */
    private static final int LONGEST_TERM = 1024;

    private final Indices indices;
    private final Duration retention;

    Templates(Indices indices, Duration retention) {
        this.indices = indices;
        this.retention = retention;
    }

    /**
     * A template.
     *
     * @param pattern of the indices that it is for
     * @param isDataStream whether they are made of it, and given up when their time is over
     */
    record Template(String name, String pattern, boolean isDataStream) {}

    List<Template> all() {
        return List.of(events(), counts(), groups());
    }

    Template events() {
        return new Template("dharma-error-events-" + indices.namespace(), indices.events(), true);
    }

    private Template counts() {
        return new Template("dharma-error-counts-" + indices.namespace(), indices.allCounts(), false);
    }

    private Template groups() {
        return new Template("dharma-error-groups-" + indices.namespace(), indices.groups(), false);
    }

    String retention() {
        return retention.toMinutes() + "m";
    }

    Map<String, String> bodies() {
        Map<String, String> bodies = new TreeMap<>();
        all().forEach(template -> bodies.put(template.name(), body(template, true)));
        return bodies;
    }

    /** @param withLifecycle false for a server that does not know it */
    String body(Template template, boolean withLifecycle) {
        JsonWriter json = new JsonWriter().beginObject();
        json.name("index_patterns").beginArray().value(template.pattern()).endArray();
        json.name("priority").value(PRIORITY).name("version").value(VERSION);
        json.name("_meta").beginObject().name(RETENTION).value(retention());
        json.name("description").value("Errors of services, by Dharma Tracing").endObject();
        if (template.isDataStream()) {
            json.name("data_stream").beginObject().endObject();
        }
        json.name("template").beginObject();
        if (template.isDataStream() && withLifecycle) {
            json.name("lifecycle")
                    .beginObject()
                    .name("data_retention")
                    .value(retention())
                    .endObject();
        }
        if (template.isDataStream()) {
            // Elasticsearch 9 would take it for logs, whose documents it may make up again instead of keeping them.
            json.name("settings")
                    .beginObject()
                    .name("index.mode")
                    .value("standard")
                    .endObject();
        }
        json.name("mappings");
        mappings(json, template);
        return json.endObject().endObject().toString();
    }

    String mappings(Template template) {
        JsonWriter json = new JsonWriter();
        mappings(json, template);
        return json.toString();
    }

    private void mappings(JsonWriter json, Template template) {
        json.beginObject().name("dynamic").value("false").name("properties").beginObject();
        field(json, "@timestamp", "date");
        if (template.isDataStream()) {
            eventFields(json);
        } else if (template.name().equals(groups().name())) {
            groupFields(json);
        } else {
            countFields(json);
        }
        json.endObject().endObject();
    }

    private static void eventFields(JsonWriter json) {
        field(json, "message", "text");
        keywords(json, "event", "id", "kind", "dataset");
        keywords(json, "log", "level", "logger");
        begin(json, "error");
        keyword(json, "id");
        keyword(json, "type");
        field(json, "message", "text");
        // To be shown only: it is there once more as data.
        json.name("stack_trace")
                .beginObject()
                .name("type")
                .value("text")
                .name("index")
                .value(false)
                .endObject();
        end(json);
        service(json);
        keywords(json, "transaction", "name");
        keywords(json, "trace", "id");
        keywords(json, "span", "id");
        keywords(json, "user", "hash");
        begin(json, "process");
        keywords(json, "thread", "name");
        end(json);
        json.name("labels").beginObject().name("type").value("flattened");
        json.name("ignore_above").value(LONGEST_TERM).endObject();
        begin(json, "dharma");
        for (String name : List.of(
                "group",
                "family",
                "exact",
                "category",
                "mechanism",
                "correlation_id",
                "request_id",
                "conversation_id")) {
            keyword(json, name);
        }
        field(json, "handled", "boolean");
        for (String name : List.of("explanation", "trace", "breadcrumbs", "more_labels")) {
            json.name(name).beginObject().name("type").value("object");
            json.name("enabled").value(false).endObject();
        }
        end(json);
    }

    private static void countFields(JsonWriter json) {
        keywords(json, "event", "id", "kind");
        service(json);
        keywords(json, "transaction", "name");
        begin(json, "dharma");
        keyword(json, "group");
        keyword(json, "family");
        field(json, "count", "long");
        field(json, "total", "long");
        end(json);
    }

    private static void groupFields(JsonWriter json) {
        keywords(json, "event", "kind");
        keywords(json, "service", "name");
        keywords(json, "error", "type");
        keywords(json, "log", "level");
        begin(json, "dharma");
        for (String name : List.of("group", "family", "predecessor", "culprit", "category", "state", "releases")) {
            keyword(json, name);
        }
        field(json, "title", "text");
        field(json, "state_since", "date");
        field(json, "first_seen", "date");
        field(json, "count", "long");
        field(json, "affected_users", "long");
        end(json);
    }

    private static void service(JsonWriter json) {
        begin(json, "service");
        keyword(json, "name");
        keyword(json, "version");
        keyword(json, "environment");
        keywords(json, "node", "name");
        end(json);
        keywords(json, "host", "name");
    }

    private static void keywords(JsonWriter json, String object, String... names) {
        begin(json, object);
        for (String name : names) {
            keyword(json, name);
        }
        end(json);
    }

    private static void begin(JsonWriter json, String object) {
        json.name(object).beginObject().name("properties").beginObject();
    }

    private static void end(JsonWriter json) {
        json.endObject().endObject();
    }

    private static void keyword(JsonWriter json, String name) {
        json.name(name).beginObject().name("type").value("keyword");
        json.name("ignore_above").value(LONGEST_TERM).endObject();
    }

    private static void field(JsonWriter json, String name, String type) {
        json.name(name).beginObject().name("type").value(type).endObject();
    }
}
