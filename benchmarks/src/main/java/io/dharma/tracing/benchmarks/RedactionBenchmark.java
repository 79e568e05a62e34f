package io.dharma.tracing.benchmarks;

import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Redacts spans as the pipeline's thread does: of a few attributes, of twelve, with secrets, with a stack trace. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RedactionBenchmark {

    private static final int FRAMES = 60;

    /** Spans of our own tracer, as they come to the stage. */
    @State(Scope.Benchmark)
    public static class Spans {

        final Redactor redactor = Redactor.create();
        final DharmaTracer tracer = DharmaTracer.builder().build();
        final SpanData plain = span(false, false, false);
        final SpanData rich = span(true, false, false);
        final SpanData secretive = span(true, true, false);
        final SpanData failed = span(true, false, true);
        final SpanData failedWithSecret = span(true, true, true);

        private SpanData span(boolean rich, boolean secrets, boolean fails) {
            TracedBlock block = tracer.start("GET /orders/{id}");
            Span span = block.span();
            span.setAttribute("http.request.method", "GET");
            span.setAttribute("http.response.status_code", 200L);
            span.setAttribute("http.route", "/orders/{id}");
            if (rich) {
                span.setAttribute(
                        "url.full",
                        "https://shop.example/orders/4711?page=2&sort=price" + (secrets ? "&token=abc123def" : ""));
                span.setAttribute("server.address", "shop.example");
                span.setAttribute("client.address", "203.0.113.7");
                span.setAttribute(
                        "user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0");
                span.setAttribute("db.system.name", "postgresql");
                span.setAttribute(
                        "db.query.text",
                        "SELECT id, total, state FROM orders WHERE customer = " + (secrets ? "'alice'" : "?")
                                + " ORDER BY id");
                span.setAttribute("order.id", "018f4c2e-7b1a-7c3d-9e5f-0a1b2c3d4e5f");
                span.setAttribute("thread.name", "http-nio-8080-exec-7");
                span.setAttribute("note", secrets ? "login with password=hunter2" : "retried twice, then well");
            }
            if (fails) {
                block.fail(failure(FRAMES, secrets));
            }
            block.close();
            return ((ReadableSpan) span).toSpanData();
        }

        private static Exception failure(int depth, boolean secret) {
            return depth > 0
                    ? failure(depth - 1, secret)
                    : new IllegalStateException(secret ? "no login with password=hunter2" : "card was declined");
        }

        /** What is measured is what the names say. */
        @Setup
        public void check() {
            boolean same = redactor.redact(plain) == plain
                    && redactor.redact(rich) == rich
                    && redactor.redact(failed) == failed;
            if (!same
                    || redactor.redact(secretive) == secretive
                    || redactor.redact(failedWithSecret) == failedWithSecret) {
                throw new IllegalStateException("the spans are not what they are called");
            }
        }

        @TearDown
        public void close() {
            tracer.close();
        }
    }

    @Benchmark
    public SpanData plain_dharma(Spans spans) {
        return spans.redactor.redact(spans.plain);
    }

    @Benchmark
    public SpanData rich_dharma(Spans spans) {
        return spans.redactor.redact(spans.rich);
    }

    @Benchmark
    public SpanData richWithSecrets_dharma(Spans spans) {
        return spans.redactor.redact(spans.secretive);
    }

    @Benchmark
    public SpanData failed_dharma(Spans spans) {
        return spans.redactor.redact(spans.failed);
    }

    @Benchmark
    public SpanData failedWithSecrets_dharma(Spans spans) {
        return spans.redactor.redact(spans.failedWithSecret);
    }
}
