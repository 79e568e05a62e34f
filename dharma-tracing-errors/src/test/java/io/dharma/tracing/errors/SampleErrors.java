package io.dharma.tracing.errors;

import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import io.dharma.tracing.errors.fingerprint.TraceFrame;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Errors as a service has them. */
public final class SampleErrors {

    public static final ServiceIdentity CHECKOUT =
            new ServiceIdentity("checkout", "1.4.2", "production", "checkout-7f9c", "node-3");
    public static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456789Z");

    private SampleErrors() {}

    /** One with everything that an event can have. */
    public static ErrorEvent event(int number) {
        return event(number, "v1-" + "a".repeat(32), NOON.plusMillis(number));
    }

    public static ErrorEvent event(int number, String group, Instant time) {
        return ErrorEvent.builder(id(number), time, CHECKOUT, fingerprint(group), trace())
                .severity(Severity.FATAL)
                .category(Category.DATABASE)
                .mechanism(Mechanism.BLOCK)
                .handled(false)
                .operation("place-order")
                .span("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
                .correlation("order-4711", "request-1", "conversation-9")
                .userKey("user-" + number % 3)
                .thread("http-nio-8080-exec-1")
                .logged("com.acme.Orders", "order \"4711\" was not placed\n\u00fc \ud83d\ude00")
                .labels(Map.of("tenant.id", "acme", "", "no name", "shop", "eu\u0000west"))
                .breadcrumbs(List.of(
                        new Breadcrumb(NOON.minusSeconds(2), "http", "GET /cart"),
                        new Breadcrumb(NOON.minusSeconds(1), "sql", "insert into orders")))
                .build();
    }

    /** One with no more than an event must have. */
    public static ErrorEvent bareEvent(int number) {
        ServiceIdentity bare = new ServiceIdentity("s", null, null, "i", null);
        StackTraceModel trace = new StackTraceModel(List.of(new ThrownError("java.lang.Error", null, List.of())));
        Explanation why = new Explanation("java.lang.Error", null, "", "", List.of());
        return ErrorEvent.builder(id(number), Instant.EPOCH, bare, new Fingerprint("g", "f", "e", why), trace)
                .build();
    }

    public static Fingerprint fingerprint(String group) {
        return new Fingerprint(
                group,
                "v1-" + "f".repeat(32),
                "v1-" + "e".repeat(32),
                new Explanation(
                        "com.acme.OrderException",
                        new TraceFrame("com.acme.Orders", "place", "Orders.java", 42),
                        "+3",
                        "no stock",
                        List.of("The first frame of the application.", "Its line is relative to the method.")));
    }

    /** With a cause, something suppressed that has a cause of its own, and native frames. */
    public static StackTraceModel trace() {
        StackTraceModel suppressed = new StackTraceModel(List.of(
                new ThrownError("java.io.IOException", "close failed", frames("com.acme.Pool", 2)),
                new ThrownError("java.net.SocketException", null, List.of())));
        return new StackTraceModel(List.of(
                new ThrownError(
                        "com.acme.OrderException",
                        "order 4711: no stock",
                        frames("com.acme.Orders", 12),
                        List.of(suppressed)),
                new ThrownError("java.sql.SQLException", "line 1\nline 2", frames("org.postgresql.Driver", 6))));
    }

    private static List<TraceFrame> frames(String type, int count) {
        List<TraceFrame> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            frames.add(new TraceFrame(type + "$Inner" + i % 3, "method" + i, i % 4 == 3 ? null : "File.java", i * 7));
        }
        return frames;
    }

    public static ErrorCount count(String id, String group, long minute, long count) {
        return new ErrorCount(id, group, "v1-" + "f".repeat(32), CHECKOUT, "place-order", minute, count, count);
    }

    public static GroupChange change(String group, GroupState state, Instant seen) {
        return new GroupChange(
                CHECKOUT,
                new ErrorGroup(
                        group,
                        "v1-" + "f".repeat(32),
                        "v1-" + "b".repeat(32),
                        "com.acme.OrderException",
                        "com.acme.Orders.place(Orders.java:42)",
                        "OrderException: no stock",
                        Severity.ERROR,
                        Category.DATABASE,
                        state,
                        seen,
                        seen.minusSeconds(60),
                        seen,
                        7,
                        2,
                        List.of("1.4.1", "1.4.2"),
                        List.of(
                                new SampleTrace(
                                        seen.minusSeconds(60), "0af7651916cd43dd8448eb211c80319c", "order-4711"),
                                new SampleTrace(seen, null, null))));
    }

    private static String id(int number) {
        return "%032x".formatted(number + 1);
    }
}
