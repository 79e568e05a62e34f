package io.dharma.tracing.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.spi.ContextHooks;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class CorrelationTest {

    private static final ContextKey<String> OTHER = ContextKey.named("other");

    private final CorrelationContext order = correlation("order-4711", "request-1");
    private final CorrelationContext refund = correlation("refund-815", "request-2");

    private static CorrelationContext correlation(String correlationId, String requestId) {
        return CorrelationContext.builder()
                .correlationId(correlationId)
                .requestId(requestId)
                .build();
    }

    @AfterEach
    void nothingIsLeft() {
        Context left = Context.current();
        if (left != Context.root()) {
            // The tests after this one are innocent.
            @SuppressWarnings({"MustBeClosedChecker", "unused"})
            var unused = Context.root().makeCurrent();
        }
        assertThat(left).isSameAs(Context.root());
    }

    @Test
    void outsideOfAny_thereIsNone() {
        assertThat(Correlation.current()).isNull();
        assertThat(Correlation.from(Context.root())).isNull();
        assertThat(Correlation.idIn(Context.root())).isNull();
    }

    @Test
    void body_runsUnderTheCorrelationAndItsResultPasses() {
        String seen = Correlation.with(order).call(() -> {
            assertThat(Correlation.current()).isSameAs(order);
            Correlation.with(refund).run(() -> assertThat(Correlation.current()).isSameAs(refund));
            return String.valueOf(Correlation.idIn(Context.current()));
        });

        assertThat(seen).isEqualTo("order-4711");
        assertThat(Correlation.current()).isNull();
    }

    @Test
    void bodysCheckedException_passesUnchanged() {
        IOException failure = new IOException("disk");

        assertThatThrownBy(() -> Correlation.with(order).run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> Correlation.with(order).call(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(Correlation.current()).isNull();
    }

    @Test
    void restOfTheContext_staysAsItIs() {
        try (Scope scope = ContextHooks.attach(Context.root().with(OTHER, "here"))) {
            Correlation.with(order)
                    .run(() -> assertThat(Context.current().get(OTHER)).isEqualTo("here"));
        }
    }

    @Test
    void noCorrelation_changesNothing() {
        Correlation.with(order)
                .run(() -> Correlation.with(null)
                        .run(() -> assertThat(Correlation.current()).isSameAs(order)));
    }

    @Test
    void storing_theSameAgainKeepsTheContext() {
        Context stored = Correlation.stored(order, Context.root());

        assertThat(Correlation.stored(order, stored)).isSameAs(stored);
    }

    @Test
    void scopeThatTheBodyLeavesOpen_doesNotStayOnTheThread() {
        Correlation.with(order).run(() -> {
            @SuppressWarnings({"MustBeClosedChecker", "unused"})
            Scope leaked = ContextHooks.attach(Context.current().with(OTHER, "leaked"));
        });

        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void scopeThatTheBodyLeavesOpen_doesNotHideTheBodysFailure() {
        assertThatThrownBy(() -> Correlation.with(order).run(() -> {
                    @SuppressWarnings({"MustBeClosedChecker", "unused"})
                    Scope leaked = ContextHooks.attach(Context.current().with(OTHER, "leaked"));
                    throw new IllegalStateException("body");
                }))
                .hasMessage("body");
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void scope_makesItCurrentUntilItCloses() {
        try (Scope scope = Correlation.with(order).makeCurrent()) {
            assertThat(Correlation.current()).isSameAs(order);
        }
        assertThat(Correlation.current()).isNull();
    }

    @Test
    void executor_carriesIt() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            ExecutorService carrying = ContextExecutors.wrap(pool);
            @Nullable
            CorrelationContext seen = Correlation.with(order)
                    .call(() -> carrying.submit(Correlation::current).get(20, TimeUnit.SECONDS));

            assertThat(seen).isSameAs(order);
            assertThat(carrying.submit(Correlation::current).get(20, TimeUnit.SECONDS))
                    .isNull();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void mdc_showsCorrelationAndRequestAndGivesBackWhatWasThere() {
        MDC.clear();
        MDC.put("request_id", "mine");
        try (ContextHooks.Registration registration = ContextHooks.register(MdcMirror.ofAllIds())) {
            Correlation.with(order).run(() -> {
                assertShows("order-4711", "request-1");
                Correlation.with(order.toBuilder().requestId("request-9").build())
                        .run(() -> assertShows("order-4711", "request-9"));
                Correlation.with(refund).run(() -> assertShows("refund-815", "request-2"));
                assertShows("order-4711", "request-1");
            });
            assertShows(null, "mine");
        } finally {
            MDC.clear();
        }
    }

    private static void assertShows(@Nullable String correlationId, String requestId) {
        assertThat(MDC.get("correlation_id")).isEqualTo(correlationId);
        assertThat(MDC.get("request_id")).isEqualTo(requestId);
        assertThat(MDC.get("trace_id")).isNull();
    }
}
