package io.dharma.tracing.errors.alert;

import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.SampleTrace;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.spi.JsonWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something about errors that a person should know now. Immutable; any thread.
 *
 * @param id unique, sorts by time; the same however often it is delivered
 * @param kind what it is about
 * @param level how urgent it is
 * @param group which error; null for a spike of an operation or of the whole service, and for {@link AlertKind#OVERFLOW}
 * @param service who saw it: this process, also when it speaks for all of its service
 * @param operation in which traced block, of a group where it happened last; null outside of one, for a spike of the whole
 *     service, and for {@link AlertKind#OVERFLOW}
 * @param count of a spike: how many errors there were within the window; of an overflow: how many alerts it stands for;
 *     else how often the group happened so far, as this process knows
 * @param expected of a spike: how many errors within the window would have been usual; else 0
 * @param windowMinutes of a spike: how long the window is, which ended with the last minute that is over; else 0
 * @param time when it was raised
 * @param title what there is to say, in one line for a person, without secrets and safe to print
 */
public record Alert(
        String id,
        AlertKind kind,
        AlertLevel level,
        @Nullable ErrorGroup group,
        ServiceIdentity service,
        @Nullable String operation,
        long count,
        double expected,
        int windowMinutes,
        Instant time,
        String title) {

    private static final double DECIMALS = 1_000;
    private static final int OBJECT_BYTES = 2_048;
    private static final int BYTES_PER_CHARACTER = 2;

    /** @throws IllegalArgumentException if the id is empty */
    public Alert {
        if (Objects.requireNonNull(id, "id").isEmpty()) {
            throw new IllegalArgumentException("id must not be empty");
        }
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(title, "title");
    }

    /**
     * As a JSON document in UTF-8; what is null is left out.
     *
     * <table>
     * <caption>Where what is</caption>
     * <tr><td>{@code id}</td><td>the alert's</td></tr>
     * <tr><td>{@code kind}</td><td>{@code new_group}, {@code regression}, {@code spike} or {@code overflow}</td></tr>
     * <tr><td>{@code level}</td><td>{@code warn} or {@code page}</td></tr>
     * <tr><td>{@code time}</td><td>ISO 8601, UTC</td></tr>
     * <tr><td>{@code title}</td><td>a line for a person</td></tr>
     * <tr><td>{@code service.name, .version, .environment, .instance, .host}</td><td>who saw it</td></tr>
     * <tr><td>{@code operation}</td><td>in which traced block</td></tr>
     * <tr><td>{@code count}, {@code expected}, {@code window_minutes}</td><td>numbers; the latter two of a spike
     *     only</td></tr>
     * <tr><td>{@code group.id, .family, .predecessor, .type, .culprit, .title}</td><td>which error</td></tr>
     * <tr><td>{@code group.severity, .category, .state}</td><td>in lower case</td></tr>
     * <tr><td>{@code group.first_seen, .last_seen, .count, .affected_users}</td><td>as this process knows them</td></tr>
     * <tr><td>{@code group.releases}</td><td>a list of versions</td></tr>
     * <tr><td>{@code group.samples}</td><td>a list of {@code time}, {@code trace_id}, {@code correlation_id}</td></tr>
     * </table>
     *
     * <p>Takes some 10 us.
     */
    public byte[] toJson() {
        JsonWriter json = new JsonWriter().beginObject();
        member(json, "id", id);
        member(json, "kind", lowerCase(kind));
        member(json, "level", lowerCase(level));
        member(json, "time", time.toString());
        member(json, "title", title);
        writeService(json);
        member(json, "operation", operation);
        json.name("count").value(count);
        if (kind == AlertKind.SPIKE) {
            json.name("expected").value(Math.round(expected * DECIMALS) / DECIMALS);
            json.name("window_minutes").value(windowMinutes);
        }
        if (group != null) {
            json.name("group");
            write(json, group);
        }
        return json.endObject().toBytes();
    }

    private void writeService(JsonWriter json) {
        json.name("service").beginObject();
        member(json, "name", service.name());
        member(json, "version", service.version());
        member(json, "environment", service.environment());
        member(json, "instance", service.instance());
        member(json, "host", service.host());
        json.endObject();
    }

    private static void write(JsonWriter json, ErrorGroup group) {
        json.beginObject();
        member(json, "id", group.id());
        member(json, "family", group.family());
        member(json, "predecessor", group.predecessor());
        member(json, "type", group.type());
        member(json, "culprit", group.culprit());
        member(json, "title", group.title());
        member(json, "severity", lowerCase(group.severity()));
        member(json, "category", lowerCase(group.category()));
        member(json, "state", lowerCase(group.state()));
        member(json, "first_seen", group.firstSeen().toString());
        member(json, "last_seen", group.lastSeen().toString());
        json.name("count").value(group.count());
        json.name("affected_users").value(group.affectedUsers());
        json.name("releases").beginArray();
        group.releases().forEach(json::value);
        json.endArray().name("samples").beginArray();
        group.samples().forEach(sample -> write(json, sample));
        json.endArray().endObject();
    }

    private static void write(JsonWriter json, SampleTrace sample) {
        json.beginObject();
        member(json, "time", sample.time().toString());
        member(json, "trace_id", sample.traceId());
        member(json, "correlation_id", sample.correlationId());
        json.endObject();
    }

    private static void member(JsonWriter json, String name, @Nullable String value) {
        if (value != null) {
            json.name(name).value(value);
        }
    }

    static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** What it holds of the heap, about. */
    int estimatedBytes() {
        int characters = title.length() + length(operation);
        if (group != null) {
            characters += group.title().length() + group.type().length() + length(group.culprit());
            characters += group.releases().stream().mapToInt(String::length).sum();
        }
        return OBJECT_BYTES + BYTES_PER_CHARACTER * characters;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
