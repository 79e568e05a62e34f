package io.dharma.tracing.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dharma.tracing.spi.ContextHooks;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.spi.MDCAdapter;

class MdcMirrorTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String OTHER_TRACE = "1bf7651916cd43dd8448eb211c80319c";
    private static final ContextKey<String> CORRELATION = ContextKey.named("correlation");

    private final Context outer = span(TRACE, "b7ad6b7169203331");
    private final Context inner = span(TRACE, "00f067aa0ba902b7");
    private final Context elsewhere = span(OTHER_TRACE, "53995c3f42cd8ad8");
    private final Context withoutSpan = Context.root().with(CORRELATION, "c-1");
    private final MdcMirror mirror = MdcMirror.ofTraceAndSpan();
    private final List<ContextHooks.Registration> registrations = new ArrayList<>();

    @BeforeEach
    void begin() {
        MDC.clear();
        registrations.add(ContextHooks.register(mirror));
    }

    @AfterEach
    void end() {
        registrations.forEach(ContextHooks.Registration::close);
        assertThat(Context.current()).isSameAs(Context.root());
        MDC.clear();
    }

    @Test
    void mdc_showsTheCurrentSpanAndNothingOutside() {
        try (Scope first = ContextHooks.attach(outer)) {
            assertShows(TRACE, "b7ad6b7169203331");
            try (Scope second = ContextHooks.attach(inner)) {
                assertShows(TRACE, "00f067aa0ba902b7");
                try (Scope third = ContextHooks.attach(elsewhere)) {
                    assertShows(OTHER_TRACE, "53995c3f42cd8ad8");
                }
                assertShows(TRACE, "00f067aa0ba902b7");
            }
            assertShows(TRACE, "b7ad6b7169203331");
        }
        assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
    }

    @Test
    void logLine_carriesTheIdsThroughAPattern() {
        Logger logger = (Logger) LoggerFactory.getLogger("mdc-mirror-test");
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.addAppender(appender);
        try {
            logger.info("before");
            try (Scope scope = ContextHooks.attach(outer)) {
                logger.info("within");
            }
            logger.info("after");
        } finally {
            logger.detachAppender(appender);
        }
        assertThat(appender.list.stream().map(event -> render(logger.getLoggerContext(), event)))
                .containsExactly("[,] before", "[" + TRACE + ",b7ad6b7169203331] within", "[,] after");
    }

    private static String render(LoggerContext context, ILoggingEvent event) {
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern("[%X{trace_id},%X{span_id}] %msg");
        layout.start();
        return layout.doLayout(event);
    }

    @Test
    void valuesOfTheApplication_comeBackAsTheyWere() {
        MDC.put("trace_id", "from-the-gateway");
        MDC.put("user", "u-1");
        try (Scope scope = ContextHooks.attach(outer)) {
            assertShows(TRACE, "b7ad6b7169203331");
            assertThat(MDC.get("user")).isEqualTo("u-1");
        }
        assertThat(MDC.getCopyOfContextMap())
                .containsOnly(Map.entry("trace_id", "from-the-gateway"), Map.entry("user", "u-1"));
    }

    @Test
    void valuesOfTheApplication_areLeftAloneByAContextWithoutSpan() {
        MDC.put("trace_id", "from-the-gateway");
        try (Scope scope = ContextHooks.attach(withoutSpan)) {
            assertThat(MDC.get("trace_id")).isEqualTo("from-the-gateway");
        }
        assertThat(MDC.get("trace_id")).isEqualTo("from-the-gateway");
    }

    @Test
    void contextWithoutSpan_hidesTheSpanAroundIt() {
        try (Scope scope = ContextHooks.attach(outer)) {
            try (Scope none = ContextHooks.attach(withoutSpan)) {
                assertShows(null, null);
            }
            assertShows(TRACE, "b7ad6b7169203331");
        }
    }

    @Test
    void invalidSpan_isNotShown() {
        try (Scope scope = ContextHooks.attach(Context.root().with(Span.getInvalid()))) {
            assertShows(null, null);
        }
    }

    @Test
    void closeOutOfOrder_leavesTheMdcWithTheContextThatIsCurrent() {
        MDC.put("span_id", "mine");
        Scope first = ContextHooks.attach(outer);
        Scope second = ContextHooks.attach(inner);
        first.close();
        assertShows(TRACE, "00f067aa0ba902b7");
        second.close();
        assertThat(Context.current()).isSameAs(outer);
        assertShows(TRACE, "b7ad6b7169203331");
        second.close();
        assertShows(TRACE, "b7ad6b7169203331");
        first.close();
        assertShows(null, "mine");
    }

    @Test
    void scopeClosedOnAnotherThread_changesNeitherThread() throws Exception {
        Scope scope = ContextHooks.attach(outer);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            other.submit(() -> {
                        MDC.put("trace_id", "theirs");
                        scope.close();
                        assertShows("theirs", null);
                    })
                    .get();
        } finally {
            other.shutdown();
        }
        assertShows(TRACE, "b7ad6b7169203331");
        scope.close();
        assertShows(null, null);
    }

    @Test
    void mdcClearedByTheApplication_isFilledAgainByTheNextSpan() {
        try (Scope scope = ContextHooks.attach(outer)) {
            MDC.clear();
            try (Scope nested = ContextHooks.attach(inner)) {
                assertShows(TRACE, "00f067aa0ba902b7");
            }
        }
        assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
    }

    @Test
    void mirrorThatComesLate_leavesNothingBehind() {
        registrations.forEach(ContextHooks.Registration::close);
        Scope unheard = ContextHooks.attach(outer);
        registrations.add(ContextHooks.register(mirror));
        ContextHooks.attach(inner).close();
        unheard.close();
        assertShows(null, null);
    }

    @Test
    void mirrorThatGoesEarly_takesBackWhatItWrote() {
        Scope scope = ContextHooks.attach(outer);
        registrations.forEach(ContextHooks.Registration::close);
        scope.close();
        assertShows(null, null);
    }

    @Test
    void twoMirrorsOfTheSameKeys_restoreWhatWasThereBeforeBoth() {
        registrations.add(ContextHooks.register(MdcMirror.ofTraceAndSpan()));
        MDC.put("trace_id", "mine");
        try (Scope scope = ContextHooks.attach(outer)) {
            assertShows(TRACE, "b7ad6b7169203331");
        }
        assertShows("mine", null);
    }

    @Test
    void fields_areConfigurable() {
        registrations.forEach(ContextHooks.Registration::close);
        registrations.add(ContextHooks.register(MdcMirror.of(List.of(
                MdcField.traceId("traceId"),
                MdcField.spanId("spanId"),
                new MdcField("correlation_id", context -> context.get(CORRELATION))))));
        try (Scope scope = ContextHooks.attach(outer.with(CORRELATION, "c-1"))) {
            try (Scope nested = ContextHooks.attach(inner.with(CORRELATION, "c-1"))) {
                assertThat(MDC.getCopyOfContextMap())
                        .containsOnly(
                                Map.entry("traceId", TRACE),
                                Map.entry("spanId", "00f067aa0ba902b7"),
                                Map.entry("correlation_id", "c-1"));
            }
        }
        assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
    }

    @Test
    void fieldsWithOneKey_areRefused() {
        assertThatThrownBy(() -> MdcMirror.of(List.of(MdcField.traceId("id"), MdcField.spanId("id"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("share the MDC key '");
        assertThatThrownBy(() -> MdcField.traceId(" ")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void fieldThatThrows_isCountedAndTheOthersAreShownAndRestored() {
        registrations.forEach(ContextHooks.Registration::close);
        MdcMirror faulty = MdcMirror.of(List.of(
                MdcField.traceId("trace_id"),
                new MdcField("broken", context -> {
                    throw new IllegalStateException("broken field");
                }),
                MdcField.spanId("span_id")));
        registrations.add(ContextHooks.register(faulty));
        try (Scope scope = ContextHooks.attach(outer)) {
            assertShows(TRACE, "b7ad6b7169203331");
        }
        assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
        assertThat(faulty.failures()).isEqualTo(1);
    }

    @Test
    void mdc_isWrittenOnlyWhereItChanges() {
        CountingAdapter adapter = new CountingAdapter();
        adapter.during(() -> {
            try (Scope scope = ContextHooks.attach(outer)) {
                adapter.writes = 0;
                ContextHooks.attach(inner).close();
                assertThat(adapter.writes).as("the span id there and back").isEqualTo(2);
                ContextHooks.attach(outer.with(CORRELATION, "c-1")).close();
                assertThat(adapter.writes).as("nothing for the same span").isEqualTo(2);
            }
        });
    }

    @Test
    void mdcThatThrows_isContainedAndCounted() {
        CountingAdapter adapter = new CountingAdapter();
        adapter.during(() -> {
            adapter.broken = true;
            Scope unseen = ContextHooks.attach(outer);
            assertThat(Context.current()).isSameAs(outer);
            assertThat(mirror.failures()).isEqualTo(2);

            adapter.broken = false;
            Scope seen = ContextHooks.attach(inner);
            adapter.broken = true;
            seen.close();
            assertThat(Context.current()).isSameAs(outer);
            assertThat(mirror.failures()).isEqualTo(4);
            unseen.close();
        });
    }

    private static void assertShows(@Nullable String traceId, @Nullable String spanId) {
        assertThat(MDC.get("trace_id")).isEqualTo(traceId);
        assertThat(MDC.get("span_id")).isEqualTo(spanId);
    }

    private static Context span(String traceId, String spanId) {
        return Context.root()
                .with(Span.wrap(SpanContext.create(traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault())));
    }

    /** SLF4J's simplest, in the place where SLF4J looks for it. */
    private static final class CountingAdapter extends BasicMDCAdapter {

        private int writes;
        private boolean broken;

        @Override
        public void put(String key, String value) {
            writes++;
            breakIfBroken();
            super.put(key, value);
        }

        @Override
        public String get(String key) {
            breakIfBroken();
            return super.get(key);
        }

        @Override
        public void remove(String key) {
            writes++;
            breakIfBroken();
            super.remove(key);
        }

        private void breakIfBroken() {
            if (broken) {
                throw new IllegalStateException("broken MDC");
            }
        }

        void during(Runnable work) {
            MDCAdapter usual = MDC.getMDCAdapter();
            try {
                install(this);
                work.run();
            } finally {
                install(usual);
            }
        }

        /** SLF4J lets only its own package change the adapter of a running process. */
        private static void install(MDCAdapter adapter) {
            try {
                Method setter = MDC.class.getDeclaredMethod("setMDCAdapter", MDCAdapter.class);
                setter.setAccessible(true);
                setter.invoke(null, adapter);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(e.getMessage(), e);
            }
        }
    }
}
