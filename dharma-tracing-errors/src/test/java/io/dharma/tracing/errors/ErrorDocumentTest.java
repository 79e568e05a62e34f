package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrorDocumentTest {

    @Test
    void event_hasTheNamesOfTheCommonSchema() {
        JsonObject document = document(SampleErrors.event(1));

        assertThat(document.getString("@timestamp")).isEqualTo("2026-03-01T12:00:00.124456789Z");
        assertThat(document.getString("message")).startsWith("order \"4711\"");
        assertThat(text(document, "event", "id")).isEqualTo("%032x".formatted(2));
        assertThat(text(document, "error", "type")).isEqualTo("com.acme.OrderException");
        assertThat(text(document, "error", "message")).isEqualTo("order 4711: no stock");
        assertThat(text(document, "log", "level")).isEqualTo("fatal");
        assertThat(text(document, "service", "name")).isEqualTo("checkout");
        assertThat(text(document, "service", "node", "name")).isEqualTo("checkout-7f9c");
        assertThat(text(document, "host", "name")).isEqualTo("node-3");
        assertThat(text(document, "transaction", "name")).isEqualTo("place-order");
        assertThat(text(document, "trace", "id")).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(text(document, "user", "hash")).isEqualTo("user-1");
        assertThat(text(document, "process", "thread", "name")).isEqualTo("http-nio-8080-exec-1");
        assertThat(text(document, "labels", "tenant.id")).isEqualTo("acme");
        assertThat(text(document, "dharma", "category")).isEqualTo("database");
        assertThat(text(document, "dharma", "correlation_id")).isEqualTo("order-4711");
    }

    @Test
    void event_withoutMoreHasNoEmptyFields() {
        assertThat(document(SampleErrors.bareEvent(1)).keySet())
                .containsExactly("@timestamp", "ecs", "event", "log", "error", "service", "dharma");
    }

    @Test
    void label_whoseNameNoFieldMayHaveIsKeptElsewhere() {
        ErrorEvent event = SampleErrors.bareEvent(1).toBuilder()
                .labels(Map.of("", "1", " ", "2", "a..b", "3", ".a", "4", "a.", "5", "a\u0000", "6", "a.b", "7"))
                .build();

        JsonObject document = document(event);

        assertThat(document.getJsonObject("labels").keySet()).containsExactly("a.b");
        assertThat(document.getJsonObject("dharma").getJsonArray("more_labels")).hasSize(12);
    }

    @Test
    void document_isTheSameBytesForAllWhoSendItAtTheSameTime() {
        ErrorEvent event = SampleErrors.event(1);

        byte[] first = ErrorDocument.of(event);

        assertThat(ErrorDocument.of(event)).isSameAs(first);
    }

    @Test
    void stackTrace_isPrintedAsJavaDoes() {
        Throwable thrown = new IllegalStateException("outer", new IllegalArgumentException("line 1\nline 2", null));
        thrown.addSuppressed(new ArithmeticException());
        StringWriter printed = new StringWriter();
        thrown.printStackTrace(new PrintWriter(printed));
        ErrorEvent event = ErrorEvent.builder(
                        "id",
                        SampleErrors.NOON,
                        SampleErrors.CHECKOUT,
                        SampleErrors.fingerprint("v1-a"),
                        StackTraceModel.of(thrown))
                .build();

        // Java says where classes come from, too.
        String expected = printed.toString().strip().replaceAll("\tat (?:[^\\s/]+/)+", "\tat ");
        assertThat(text(document(event), "error", "stack_trace").replaceAll("\\([^)]*\\)", "()"))
                .isEqualTo(expected.replace(System.lineSeparator(), "\n").replaceAll("\\([^)]*\\)", "()"));
    }

    @Test
    void stackTrace_isCutWhereItHasNoEnd() {
        ErrorEvent event = SampleErrors.bareEvent(1);
        StackTraceModel endless = new StackTraceModel(
                Collections.nCopies(64, new ThrownError("java.lang.Error", "m".repeat(8_000), List.of())));

        String printed =
                text(document(event.toBuilder(event.fingerprint(), endless).build()), "error", "stack_trace");

        assertThat(printed).hasSize(StackTracePrinter.MAX_CHARACTERS).endsWith("... cut");
    }

    private static JsonObject document(ErrorRecord record) {
        try (var reader = Json.createReader(new ByteArrayInputStream(ErrorDocument.of(record)))) {
            return reader.readObject();
        }
    }

    private static String text(JsonObject document, String... path) {
        JsonObject object = document;
        for (int i = 0; i < path.length - 1; i++) {
            object = object.getJsonObject(path[i]);
        }
        return object.getString(path[path.length - 1]);
    }
}
