package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {

    private static final AttributeKey<String> STACKTRACE = AttributeKey.stringKey("exception.stacktrace");
    private static final AttributeKey<String> MESSAGE = AttributeKey.stringKey("exception.message");
    private static final SpanContext LINKED = SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault());

    private final Redactor redactor = Redactor.create();

    // ---- spans

    @Test
    void span_withoutSecretsIsReturnedItself() {
        SpanData span = span("GET /orders/{id}", made -> {
            made.setAttribute("http.request.method", "GET");
            made.setAttribute("http.response.status_code", 200L);
            made.setAttribute("db.query.text", "SELECT a FROM t WHERE b = ?");
            made.setAttribute("db.system.name", "postgresql");
            made.setAttribute(AttributeKey.stringArrayKey("tags"), List.of("a", "b"));
            made.addEvent("retry", Attributes.of(AttributeKey.longKey("attempt"), 2L));
            made.addLink(LINKED, Attributes.of(AttributeKey.stringKey("kind"), "batch"));
            made.recordException(new IllegalStateException("no such order"));
            made.setStatus(StatusCode.ERROR, "no such order");
        });

        assertThat(redactor.redact(span)).isSameAs(span);
        assertThat(redactor.counts().redacted()).isEmpty();
    }

    @Test
    void span_losesSecretsWhereverTheyAre() {
        SpanData span = span("GET /reset?token=abc123", made -> {
            made.setAttribute("user.password", "hunter2");
            made.setAttribute("url.full", "https://bob:hunter2@shop/a?sig=hunter2&b=1");
            made.setAttribute("note", "password=hunter2");
            made.setAttribute(AttributeKey.stringArrayKey("notes"), List.of("a", "password=hunter2"));
            made.addEvent("login password=hunter2", Attributes.of(AttributeKey.stringKey("pwd"), "hunter2"));
            made.addLink(LINKED, Attributes.of(AttributeKey.stringKey("note"), "password=hunter2"));
            made.recordException(
                    new IllegalStateException("password=hunter2", new RuntimeException("token=hunter2abc")));
            made.setStatus(StatusCode.ERROR, "password=hunter2");
        });

        SpanData redacted = redactor.redact(span);

        assertThat(redacted.toString()).doesNotContain("hunter2", "abc123");
        assertThat(redacted.getName()).isEqualTo("GET /reset?token=[redacted]");
        assertThat(redacted.getAttributes().get(AttributeKey.stringKey("user.password")))
                .isEqualTo("[redacted]");
        assertThat(redacted.getAttributes().get(AttributeKey.stringKey("url.full")))
                .isEqualTo("https://shop/a?sig=[redacted]&b=1");
        assertThat(redacted.getAttributes().get(AttributeKey.stringArrayKey("notes")))
                .containsExactly("a", "password=[redacted]");
        assertThat(redacted.getStatus().getDescription()).isEqualTo("password=[redacted]");
        assertThat(redacted.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        EventData exception = redacted.getEvents().get(1);
        assertThat(exception.getAttributes().get(MESSAGE)).isEqualTo("password=[redacted]");
        assertThat(exception.getAttributes().get(STACKTRACE))
                .contains("Caused by: java.lang.RuntimeException: token=[redacted]")
                .contains("RedactorTest.java:");
        assertThat(redactor.redact(redacted)).isSameAs(redacted);
    }

    @Test
    void span_losesSecretsOfItsScope() {
        SpanData made = span("a", span -> {});
        InstrumentationScopeInfo scope = InstrumentationScopeInfo.builder("lib?token=abc123")
                .setVersion("1 password=hunter2")
                .setSchemaUrl("https://bob:hunter2@schemas/1.0")
                .setAttributes(Attributes.of(AttributeKey.stringKey("pwd"), "hunter2"))
                .build();
        SpanData span = new DelegatingSpanData(made) {
            @Override
            public InstrumentationScopeInfo getInstrumentationScopeInfo() {
                return scope;
            }
        };

        SpanData redacted = redactor.redact(span);

        assertThat(redacted.getInstrumentationScopeInfo())
                .isEqualTo(InstrumentationScopeInfo.builder("lib?token=[redacted]")
                        .setVersion("1 password=[redacted]")
                        .setSchemaUrl("https://schemas/1.0")
                        .setAttributes(Attributes.of(AttributeKey.stringKey("pwd"), "[redacted]"))
                        .build());
        assertThat(redactor.redact(redacted)).isSameAs(redacted);
    }

    @Test
    void link_losesSecretsOfItsTraceState() {
        TraceState state = TraceState.builder()
                .put("token", "hunter2")
                .put("vendor", "Bearer:abcdefgh1")
                .put("ot", "th:8")
                .build();
        SpanContext linked = SpanContext.createFromRemoteParent(
                LINKED.getTraceId(), LINKED.getSpanId(), LINKED.getTraceFlags(), state);
        SpanData span = span("a", made -> made.addLink(linked));

        SpanContext redacted = redactor.redact(span).getLinks().get(0).getSpanContext();

        assertThat(redacted.getTraceState().asMap()).containsExactly(Map.entry("ot", "th:8"));
        assertThat(redacted.isRemote()).isTrue();
        assertThat(redacted.getTraceId()).isEqualTo(LINKED.getTraceId());
    }

    @Test
    void span_losesSecretsOfItsOwnTraceStateAndItsParents() {
        SpanData made = span("a", span -> {});
        SpanContext context = SpanContext.create(
                LINKED.getTraceId(),
                LINKED.getSpanId(),
                LINKED.getTraceFlags(),
                TraceState.builder().put("session", "hunter2").put("ot", "th:8").build());
        SpanData span = new DelegatingSpanData(made) {
            @Override
            public SpanContext getSpanContext() {
                return context;
            }

            @Override
            public SpanContext getParentSpanContext() {
                return context;
            }
        };

        SpanData redacted = redactor.redact(span);

        assertThat(redacted.getSpanContext().getTraceState().asMap()).containsExactly(Map.entry("ot", "th:8"));
        assertThat(redacted.getParentSpanContext().getTraceState().asMap()).containsExactly(Map.entry("ot", "th:8"));
    }

    @Test
    void names_ofAttributesAreTextsToo() {
        Attributes attributes = Attributes.builder()
                .put("seen ?token=abc123", 7L)
                .put("https://bob:hunter2@host/", "up")
                .put(AttributeKey.valueKey("tree"), Value.of(KeyValue.of("https://bob:hunter2@host/", Value.of("up"))))
                .build();

        Attributes redacted = redactor.redact(attributes);

        assertThat(redacted)
                .isEqualTo(Attributes.builder()
                        .put("seen ?token=[redacted]", 0L)
                        .put("https://host/", "up")
                        .put(AttributeKey.valueKey("tree"), Value.of(KeyValue.of("https://host/", Value.of("up"))))
                        .build());
        assertThat(redactor.redact(redacted)).isSameAs(redacted);
        assertThat(redactor.redact(attributes)).as("remembered").isEqualTo(redacted);
    }

    @Test
    void span_keepsAllElseItSays() {
        SpanData span = span("a", made -> {
            made.setAttribute("pwd", "x");
            made.addLink(LINKED);
        });

        SpanData redacted = redactor.redact(span);

        assertThat(redacted.getSpanContext()).isEqualTo(span.getSpanContext());
        assertThat(redacted.getParentSpanContext()).isEqualTo(span.getParentSpanContext());
        assertThat(redacted.getKind()).isEqualTo(span.getKind());
        assertThat(redacted.getStartEpochNanos()).isEqualTo(span.getStartEpochNanos());
        assertThat(redacted.getEndEpochNanos()).isEqualTo(span.getEndEpochNanos());
        assertThat(redacted.hasEnded()).isTrue();
        assertThat(redacted.getInstrumentationScopeInfo()).isEqualTo(span.getInstrumentationScopeInfo());
        assertThat(redacted.getLinks()).isEqualTo(span.getLinks());
        assertThat(redacted.getTotalAttributeCount()).isEqualTo(1);
        assertThat(redacted.getTotalRecordedLinks()).isEqualTo(1);
        assertThat(redacted.getResource()).isSameAs(span.getResource());
    }

    @Test
    void statement_isReadInTheLanguageOfItsNeighbour() {
        assertThat(attribute("db.query.text", "SET user:42 x", "db.system.name", "redis"))
                .isEqualTo("SET user:? ?");
        assertThat(attribute("db.statement", "SET user:42 x", "db.system", "redis"))
                .isEqualTo("SET user:? ?");
        assertThat(attribute("db.query.text", "SELECT \"x\"", "db.system.name", "mysql"))
                .isEqualTo("SELECT ?");
        assertThat(attribute("db.query.text", "SELECT \"x\"", "db.system.name", "postgresql"))
                .isEqualTo("SELECT \"x\"");
        assertThat(attribute("db.query.parameter.1", "hunter2", "db.system.name", "mysql"))
                .isEqualTo("?");
    }

    // ---- types

    @Test
    void values_keepTheirTypes() {
        Attributes attributes = Attributes.builder()
                .put("pin", 1234L)
                .put("otp", 1.5)
                .put("auth", true)
                .put(AttributeKey.stringArrayKey("cookies.cookie"), List.of("a=b", "c=d"))
                .put(AttributeKey.longArrayKey("pin.pin"), List.of(1L, 2L))
                .put(AttributeKey.booleanArrayKey("session.session"), List.of(true))
                .put(AttributeKey.valueKey("secret"), Value.of(Value.of(1), Value.of("x")))
                .build();

        Attributes redacted = redactor.redact(attributes);

        assertThat(redacted)
                .isEqualTo(Attributes.builder()
                        .put("pin", 0L)
                        .put("otp", 0.0)
                        .put("auth", true)
                        .put(AttributeKey.stringArrayKey("cookies.cookie"), List.of("[redacted]"))
                        .put(AttributeKey.longArrayKey("pin.pin"), List.of())
                        .put(AttributeKey.booleanArrayKey("session.session"), List.of(true))
                        .put(AttributeKey.valueKey("secret"), Value.of("[redacted]"))
                        .build());
        assertThat(redactor.redact(redacted)).isSameAs(redacted);
    }

    @Test
    void tree_isSearchedToItsLeaves() {
        Value<?> tree = Value.of(
                KeyValue.of("user", Value.of("bob")),
                KeyValue.of("password", Value.of("hunter2")),
                KeyValue.of("notes", Value.of(Value.of("ok"), Value.of("password=hunter2"), Value.of(7))));

        Attributes redacted = redactor.redact(Attributes.of(AttributeKey.valueKey("form"), tree));

        assertThat(redacted.get(AttributeKey.valueKey("form")))
                .isEqualTo(Value.of(
                        KeyValue.of("user", Value.of("bob")),
                        KeyValue.of("password", Value.of("[redacted]")),
                        KeyValue.of("notes", Value.of(Value.of("ok"), Value.of("password=[redacted]"), Value.of(7)))));
    }

    @Test
    void tree_thatIsTooDeepEndsInAMarker() {
        Value<?> tree = Value.of("password=hunter2");
        for (int i = 0; i < 2_000; i++) {
            tree = Value.of(List.of(tree));
        }

        Attributes redacted = redactor.redact(Attributes.of(AttributeKey.valueKey("deep"), tree));

        assertThat(redacted.get(AttributeKey.valueKey("deep")).asString())
                .contains("[redacted]")
                .doesNotContain("hunter2");
        assertThat(redactor.redact(redacted)).isSameAs(redacted);
    }

    @Test
    void bytes_areSearchedWhereTheyAreText() {
        AttributeKey<Value<?>> key = AttributeKey.valueKey("payload");
        byte[] noText = {(byte) 0xC3, 'p', 'w', 'd', '=', 'x'};

        assertThat(redactor.redact(Attributes.of(key, utf8("password=hunter2 für")))
                        .get(key))
                .isEqualTo(utf8("password=[redacted] für"));
        Attributes harmless = Attributes.of(key, utf8("order shipped"));
        assertThat(redactor.redact(harmless)).isSameAs(harmless);
        Attributes binary = Attributes.of(key, Value.of(noText));
        assertThat(redactor.redact(binary)).isSameAs(binary);
        AttributeKey<Value<?>> secret = AttributeKey.valueKey("secret");
        assertThat(redactor.redact(Attributes.of(secret, Value.of(noText))).get(secret))
                .isEqualTo(Value.of("[redacted]"));
    }

    @Test
    void number_ofACardGoesFromNumbersToo() {
        AttributeKey<List<Long>> list = AttributeKey.longArrayKey("seen");
        AttributeKey<Value<?>> tree = AttributeKey.valueKey("tree");
        Attributes redacted = redactor.redact(Attributes.builder()
                .put("number", 4111111111111111L)
                .put(list, List.of(7L, 4111111111111111L))
                .put(tree, Value.of(Value.of(4111111111111111L), Value.of(7L)))
                .build());

        assertThat(redacted)
                .isEqualTo(Attributes.builder()
                        .put("number", 0L)
                        .put(list, List.of(7L, 0L))
                        .put(tree, Value.of(Value.of(0L), Value.of(7L)))
                        .build());
        assertThat(redactor.counts().redacted()).isEqualTo(Map.of("card", 3L));
    }

    /** The first is a time in nanoseconds, the last of as many digits as a random number of 64 bits. */
    @ParameterizedTest
    @ValueSource(
            longs = {
                1_764_547_200_000_000_000L,
                4_111_111_111_111_112L,
                -4_111_111_111_111_111L,
                4_000_000_000_000_000_006L
            })
    void number_thatIsNoCardStaysANumber(long number) {
        Attributes attributes = Attributes.of(AttributeKey.longKey("number"), number);

        assertThat(redactor.redact(attributes)).isSameAs(attributes);
    }

    @Test
    void statement_losesItsLiteralsInListsAndTreesToo() {
        AttributeKey<List<String>> list = AttributeKey.stringArrayKey("db.query.text");
        AttributeKey<Value<?>> tree = AttributeKey.valueKey("call");

        assertThat(redactor.redact(Attributes.of(list, List.of("SELECT 'bob'", "SELECT 1")))
                        .get(list))
                .containsExactly("SELECT ?", "SELECT ?");
        assertThat(redactor.redact(Attributes.of(
                                tree,
                                Value.of(
                                        KeyValue.of("db.system", Value.of("redis")),
                                        KeyValue.of("db.statement", Value.of("SET user:42 bob")),
                                        KeyValue.of("db.query.parameter.1", Value.of("bob")),
                                        KeyValue.of("url.query", Value.of("token=bob")))))
                        .get(tree))
                .isEqualTo(Value.of(
                        KeyValue.of("db.system", Value.of("redis")),
                        KeyValue.of("db.statement", Value.of("SET user:? ?")),
                        KeyValue.of("db.query.parameter.1", Value.of("[redacted]")),
                        KeyValue.of("url.query", Value.of("token=[redacted]"))));
    }

    @Test
    void commandLine_losesTheValueAfterItsOption() {
        AttributeKey<List<String>> arguments = AttributeKey.stringArrayKey("process.command_args");
        Resource resource = Resource.create(Attributes.of(
                arguments, List.of("java", "-Dpassword=hunter2", "-jar", "a.jar", "--api-key", "abc", "--port", "80")));

        Resource redacted = redactor.redact(resource);

        assertThat(redacted.getAttribute(arguments))
                .containsExactly(
                        "java", "-Dpassword=[redacted]", "-jar", "a.jar", "--api-key", "[redacted]", "--port", "80");
        assertThat(redactor.redact(resource)).as("remembered").isSameAs(redacted);
        assertThat(redactor.redact(redacted)).isSameAs(redacted);
    }

    @ParameterizedTest
    @CsvSource({
        "sshpass -p hun+ter ssh -p 2222, sshpass -p [redacted] ssh -p 2222",
        "/usr/bin/sshpass -phun+ter ssh, /usr/bin/sshpass -p[redacted] ssh",
        "docker login -u bob -p hunter, docker login -u bob -p [redacted]",
        "mysql -u root -phunter shop, mysql -u root -p[redacted] shop",
        "keytool -storepass hunter -list, keytool -storepass [redacted] -list",
        "sshpass -e ssh -p 2222, sshpass -e ssh -p 2222",
        "docker run -p 8080:80 a, docker run -p 8080:80 a"
    })
    void commandLine_losesPasswordsThatNoNameAnnounces(String line, String expected) {
        AttributeKey<List<String>> arguments = AttributeKey.stringArrayKey("process.command_args");
        List<String> given = Arrays.stream(line.split(" ", -1))
                .map(argument -> argument.replace('+', ' '))
                .toList();

        Attributes redacted = redactor.redact(Attributes.of(arguments, given));

        assertThat(redacted.get(arguments)).containsExactly(expected.split(" ", -1));
        assertThat(redactor.redact(redacted)).isSameAs(redacted);
    }

    @Test
    void commandLine_keepsAPasswordThatIsToStay() {
        AttributeKey<List<String>> arguments = AttributeKey.stringArrayKey("process.command_args");
        Attributes given = Attributes.of(arguments, List.of("sshpass", "-p", "changeit", "ssh"));

        Redactor keeping = Redactor.builder().keptValues("changeit").build();

        assertThat(keeping.redact(given)).isSameAs(given);
        assertThat(keeping.counts().redacted()).isEmpty();
    }

    // ---- logs, MDC, baggage

    @Test
    void log_losesSecretsOfBodyAndAttributes() {
        LogRecordData log =
                log(Value.of(KeyValue.of("msg", Value.of("password=hunter2")), KeyValue.of("pin", Value.of(1234))));

        LogRecordData redacted = redactor.redact(log);

        assertThat(redacted.getBodyValue())
                .isEqualTo(Value.of(
                        KeyValue.of("msg", Value.of("password=[redacted]")),
                        KeyValue.of("pin", Value.of("[redacted]"))));
        assertThat(redacted.getSeverity()).isEqualTo(Severity.WARN);
        assertThat(redacted.getResource()).isEqualTo(log.getResource());
        assertThat(redacted.getTimestampEpochNanos()).isEqualTo(log.getTimestampEpochNanos());
        assertThat(redactor.redact(redacted)).isSameAs(redacted);
    }

    @Test
    void log_losesSecretsWhereverTheyAre() {
        LogRecordData log = log(
                "lib?token=abc123",
                record -> record.setBody(Value.of(KeyValue.of("db.statement", Value.of("SELECT 'hunter2'"))))
                        .setSeverityText("WARN password=hunter2")
                        .setEventName("login password=hunter2")
                        .setAttribute(AttributeKey.stringKey("note"), "password=hunter2"));

        LogRecordData redacted = redactor.redact(log);

        assertThat(redacted.getInstrumentationScopeInfo().getName()).isEqualTo("lib?token=[redacted]");
        assertThat(redacted.getSeverityText()).isEqualTo("WARN password=[redacted]");
        assertThat(redacted.getEventName()).isEqualTo("login password=[redacted]");
        assertThat(redacted.getBodyValue()).isEqualTo(Value.of(KeyValue.of("db.statement", Value.of("SELECT ?"))));
        assertThat(redacted.getAttributes())
                .isEqualTo(Attributes.of(AttributeKey.stringKey("note"), "password=[redacted]"));
        assertThat(redactor.redact(redacted)).isSameAs(redacted);
    }

    @Test
    void log_losesSecretsOfABodyOfBytes() {
        assertThat(redactor.redact(log(utf8("password=hunter2"))).getBodyValue())
                .isEqualTo(utf8("password=[redacted]"));
    }

    @Test
    void log_withoutSecretsIsReturnedItself() {
        LogRecordData log = log(Value.of("order shipped"));

        assertThat(redactor.redact(log)).isSameAs(log);
    }

    @Test
    void mdc_isRedactedByNameAndLook() {
        Map<String, String> mdc = Map.of("sessionId", "abc", "order", "42", "last", "password=hunter2");

        assertThat(redactor.redact(mdc))
                .isEqualTo(Map.of("sessionId", "[redacted]", "order", "42", "last", "password=[redacted]"));
        Map<String, String> harmless = Map.of("order", "42");
        assertThat(redactor.redact(harmless)).isSameAs(harmless);
    }

    @Test
    void baggage_namesPersonsByPseudonyms() {
        Redactor naming = Redactor.builder().pseudonymKeys("enduser.id").build();
        Baggage baggage = Baggage.builder()
                .put("enduser.id", "alice")
                .put("tenant", "acme")
                .build();

        Baggage redacted = naming.redact(baggage);

        assertThat(redacted.getEntryValue("enduser.id")).matches("tmp:[0-9a-f]{32}");
        assertThat(redacted.getEntryValue("tenant")).isEqualTo("acme");
    }

    @Test
    void baggage_losesEntriesWithSecrets() {
        Baggage baggage = Baggage.builder()
                .put("token", "abc")
                .put("tenant", "acme")
                .put("note", "password=hunter2")
                .build();

        assertThat(redactor.redact(baggage).asMap()).containsOnlyKeys("tenant");
        Baggage harmless = Baggage.builder().put("tenant", "acme").build();
        assertThat(redactor.redact(harmless)).isSameAs(harmless);
        assertThat(redactor.counts().redacted()).containsEntry("baggage", 2L);
    }

    // ---- settings

    @Test
    void counts_sayByWhatItWasFound() {
        redactor.redactText("password=a and password=b and 4111111111111111");
        redactor.redact(Attributes.of(AttributeKey.stringKey("pwd"), "x"));

        assertThat(redactor.counts())
                .isEqualTo(new RedactionCounts(Map.of("assignment", 2L, "card", 1L, "key", 1L), Map.of()));
    }

    @Test
    void dryRun_changesNothingAndCounts() {
        Redactor dry = Redactor.builder().dryRun(true).build();
        SpanData span = span("password=a", made -> made.setAttribute("pwd", "x"));
        LogRecordData log = log(Value.of("password=a"));
        Baggage baggage = Baggage.builder().put("token", "abc").build();
        Map<String, String> mdc = Map.of("token", "x");
        Resource resource = Resource.create(Attributes.of(AttributeKey.stringKey("pwd"), "x"));

        assertThat(dry.redact(span)).isSameAs(span);
        assertThat(dry.redact(log)).isSameAs(log);
        assertThat(dry.redact(baggage)).isSameAs(baggage);
        assertThat(dry.redact(mdc)).isSameAs(mdc);
        assertThat(dry.redact(resource)).isSameAs(resource);
        assertThat(dry.redactText("password=a")).isEqualTo("password=a");
        assertThat(dry.counts())
                .isEqualTo(new RedactionCounts(Map.of(), Map.of("assignment", 3L, "key", 3L, "baggage", 1L)));
    }

    @Test
    void allowedKeys_areLeftAlone() {
        Redactor allowing =
                Redactor.builder().allowedKeys("session.id", "password").build();

        assertThat(allowing.redact(Map.of("session_id", "a", "app.session.id", "b")))
                .isEqualTo(Map.of("session_id", "a", "app.session.id", "[redacted]"));
        assertThat(allowing.redactText("password=a secret=b")).isEqualTo("password=a secret=[redacted]");
    }

    @Test
    void keptValues_stayHoweverTheyLook() {
        Redactor keeping =
                Redactor.builder().keptValues("4111111111111111", "changeit").build();

        assertThat(keeping.redactText("4111111111111111 5555555555554444 password=changeit"))
                .isEqualTo("4111111111111111 [redacted] password=changeit");
        assertThat(keeping.redact(Map.of("pwd", "changeit"))).isEqualTo(Map.of("pwd", "changeit"));
    }

    @Test
    void secretKeys_addToTheList() {
        Redactor more = Redactor.builder().secretKeys("employee-number").build();

        assertThat(more.redact(Map.of("employeeNumber", "7"))).isEqualTo(Map.of("employeeNumber", "[redacted]"));
        assertThat(more.redactText("employee_number=7, a=b")).isEqualTo("employee_number=[redacted], a=b");
    }

    @Test
    void identities_becomePseudonyms() {
        Pseudonyms pseudonyms = Pseudonyms.withKey("k1", new byte[32]);
        Redactor hiding = Redactor.builder()
                .pseudonyms(pseudonyms)
                .pseudonymKeys("enduser.id")
                .emails(EmailPolicy.PSEUDONYM)
                .build();

        Attributes redacted = hiding.redact(Attributes.of(AttributeKey.longKey("enduser.id"), 42L));
        String text = hiding.redactText("mail to bob@example.com");

        assertThat(redacted).isEqualTo(Attributes.of(AttributeKey.stringKey("enduser.id"), pseudonyms.of("42")));
        assertThat(hiding.redact(redacted)).isSameAs(redacted);
        assertThat(text).isEqualTo("mail to " + pseudonyms.of("bob@example.com"));
        assertThat(hiding.redactText(text)).isSameAs(text);
    }

    @Test
    void urlsAndStatements_canBeLeftToTheOtherRules() {
        Redactor lax = Redactor.builder().urls(false).statements(false).build();

        assertThat(lax.redact(Map.of("db.query.text", "SELECT 'x'", "url.full", "https://a:b@h/?pin=1")))
                .isEqualTo(Map.of("db.query.text", "SELECT 'x'", "url.full", "https://a:b@h/?pin=1"));
    }

    @Test
    void wrongSettings_areRefusedByName() {
        assertThatThrownBy(() -> Redactor.builder().secretKeys("--")).hasMessageContaining("secretKeys");
        assertThatThrownBy(() -> Redactor.builder().allowedKeys("")).hasMessageContaining("allowedKeys");
    }

    @Test
    void toString_showsSettingsButNoKeptValues() {
        assertThat(Redactor.builder()
                        .keptValues("changeit")
                        .secretKeys("badge")
                        .build()
                        .toString())
                .contains("badge", "keptValues=1", "random key of this process")
                .doesNotContain("changeit");
    }

    // ---- bounds

    @Test
    void names_areRememberedUpToABound() {
        KeyList keys = new KeyList(Set.of());
        Names names = new Names(keys, name -> true, Set.of(), Set.of(), true, true);
        for (int i = 0; i < 10 * Names.MOST_REMEMBERED; i++) {
            assertThat(names.of("password-" + i)).isEqualTo(Treatment.SECRET);
        }

        assertThat(names.remembered()).isLessThanOrEqualTo(Names.MOST_REMEMBERED);
    }

    /** Whatever the pieces, with every rule switched on: never throws, and a second time changes nothing. */
    @Test
    void redacting_isSafeAndIdempotent() {
        Redactor all = Redactor.builder()
                .emails(EmailPolicy.MASK)
                .ips(IpPolicy.TRUNCATE)
                .secretKeys("badge")
                .build();
        List<String> pieces = LinearityTest.nastyPieces().toList();
        Random random = new Random(3);
        for (int i = 0; i < 60_000; i++) {
            StringBuilder made = new StringBuilder();
            for (int n = random.nextInt(8); n >= 0; n--) {
                made.append(pieces.get(random.nextInt(pieces.size())));
            }
            String text = made.toString();
            String once = all.redactText(text);
            String query = all.redact(Map.of("url.query", text)).get("url.query");

            assertThat(all.redactText(once)).as("'%s' as '%s'", text, once).isEqualTo(once);
            assertThat(all.redact(Map.of("url.query", query)).get("url.query"))
                    .as("query '%s'", text)
                    .isEqualTo(query);
        }
    }

    private String attribute(String name, String value, String neighbour, String of) {
        AttributeKey<String> key = AttributeKey.stringKey(name);
        return redactor.redact(Attributes.of(key, value, AttributeKey.stringKey(neighbour), of))
                .get(key);
    }

    private static SpanData span(String name, Consumer<Span> fill) {
        return RecordedSpans.span(name, fill);
    }

    private static Value<?> utf8(String text) {
        return Value.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static LogRecordData log(Value<?> body) {
        return log("test", record -> record.setBody(body).setSeverity(Severity.WARN));
    }

    private static LogRecordData log(String scope, Consumer<LogRecordBuilder> fill) {
        List<LogRecordData> seen = new ArrayList<>();
        LogRecordProcessor remember = new LogRecordProcessor() {
            @Override
            public void onEmit(Context context, ReadWriteLogRecord record) {
                seen.add(record.toLogRecordData());
            }
        };
        try (SdkLoggerProvider provider =
                SdkLoggerProvider.builder().addLogRecordProcessor(remember).build()) {
            LogRecordBuilder record = provider.get(scope).logRecordBuilder();
            fill.accept(record);
            record.emit();
        }
        return seen.get(0);
    }

    @Test
    void correlationId_staysSinceSpansAreFoundByIt() {
        AttributeKey<String> correlation = AttributeKey.stringKey("dharma.correlation_id");
        Redactor redactor = Redactor.create();

        assertThat(redactor.redact(Attributes.of(correlation, "4111111111111111"))
                        .get(correlation))
                .isEqualTo("4111111111111111");
        assertThat(redactor.redact(Attributes.of(correlation, "card 4111111111111111"))
                        .get(correlation))
                .as("what is no id was not looked at before")
                .isEqualTo("card [redacted]");
        assertThat(Redactor.builder()
                        .secretKeys("dharma.correlation_id")
                        .build()
                        .redact(Attributes.of(correlation, "order-4711"))
                        .get(correlation))
                .as("who names it is obeyed")
                .isEqualTo("[redacted]");
    }

    @Test
    void sensitiveText_isToldWithoutBeingCounted() {
        Redactor redactor = Redactor.builder().keptValues("5500005555555559").build();

        for (String secret : List.of(
                "4111111111111111",
                "GB82WEST12345698765432",
                "AKIAIOSFODNN7EXAMPLE",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
                "123-45-6789")) {
            assertThat(redactor.isSensitive(secret)).as(secret).isTrue();
        }
        for (String id : List.of(
                "order-4711",
                "5500005555555559",
                "0af7651916cd43dd8448eb211c80319c",
                "7a1f0d52-0d7c-4c0b-9d7b-0a4c2e0f9b11",
                "c2Vzc2lvbi1pZA==",
                "Root=1-67891233-abcdef012345678912345678",
                "req/abc:def+ghi=jkl")) {
            assertThat(redactor.isSensitive(id)).as(id).isFalse();
        }
        assertThat(redactor.counts().redacted()).isEmpty();
        assertThat(Redactor.builder().dryRun(true).build().isSensitive("4111111111111111"))
                .isFalse();
    }
}
