package io.dharma.tracing.correlation;

import static io.dharma.tracing.correlation.Hops.hop;

import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.List;

/** Chains that are drawn in tests. */
final class ExampleChains {

    /** What may be in a name, each with something that some form of drawing takes for its own. */
    static final List<String> HOSTILE = List.of(
            "end",
            "say \"hello\" to 'them'",
            "line\none\r\ntwo\ttab",
            "a; b;; c",
            "x --> y ->> z -x w",
            "<script>alert('1 & 2')</script><br/>",
            "\u001b[31mred\u001b[0m \u0007\u0000",
            "%%{init: {\"theme\":\"dark\"}}%% %% comment",
            "#35; #quot; & &amp; &#35;",
            "back\\slash \\n \\N \\",
            "`markdown` **bold** _it_ 1. one - two",
            "1. first",
            "- item",
            "\u6f22\u5b57 \u00fcml\u00e4ut \u05e9\u05dc\u05d5\u05dd \ud83d\ude80 e\u0301",
            "lone \ud800 surrogate \udc00",
            "\u202eright to left\u202c \u2028 \ufeff",
            "subgraph end loop alt participant note over s1 class style click",
            "wrap: x",
            "{a} [b] (c) |d| ((e)) @{ shape: x }",
            "  spaces  around  ",
            "$$x^2$$ ~~~ === ---",
            "title accTitle: accDescr { x }",
            "x".repeat(500),
            "\ufb02\u00b0\u00b0x\u00b6\u00df",
            " ");

    private ExampleChains() {}

    /** An order: a call with a skewed clock, a payment that failed once, a message, and a hop whose parent is missing. */
    static RequestChain order() {
        return RequestChain.of("order-4711", orderHops());
    }

    static List<Hop> orderHops() {
        Hop send = hop(8, 2, "orders", "mail send", 355, 358)
                .kind(SpanKind.PRODUCER)
                .build();
        return new ArrayList<>(List.of(
                hop(1, 0, "web", "POST /orders", 0, 400).kind(SpanKind.SERVER).build(),
                hop(10, 1, "web", "POST orders", 10, 390).kind(SpanKind.CLIENT).build(),
                hop(2, 10, "orders", "POST /orders", 15, 385)
                        .kind(SpanKind.SERVER)
                        .build(),
                hop(3, 2, "orders", "GET stock", 20, 100).kind(SpanKind.CLIENT).build(),
                hop(4, 3, "stock", "GET /items/{id}", 1_025, 1_095)
                        .kind(SpanKind.SERVER)
                        .build(),
                hop(5, 2, "orders", "POST payments", 110, 200)
                        .kind(SpanKind.CLIENT)
                        .failed("java.net.SocketTimeoutException")
                        .build(),
                hop(6, 2, "orders", "POST payments", 210, 340)
                        .kind(SpanKind.CLIENT)
                        .build(),
                hop(7, 6, "payments", "POST /charges", 212, 335)
                        .kind(SpanKind.SERVER)
                        .build(),
                hop(9, 99, "payments", "SELECT cards", 230, 260)
                        .kind(SpanKind.CLIENT)
                        .build(),
                send,
                Hop.builder("1".repeat(32), Hops.span(11))
                        .links(List.of(send.id()))
                        .service("mail")
                        .operation("mail receive")
                        .kind(SpanKind.CONSUMER)
                        .start(Hops.EPOCH + 420 * Hops.MS)
                        .duration(60 * Hops.MS)
                        .build()));
    }

    /** A service calls itself under each of the hostile names, and other services under each. */
    static RequestChain hostile() {
        List<Hop> hops = new ArrayList<>();
        hops.add(hop(1, 0, "web", "root", 0, 1_000).kind(SpanKind.SERVER).build());
        int number = 2;
        for (String name : HOSTILE) {
            long at = number * 10L;
            SpanKind kind = number % 4 == 0 ? SpanKind.CONSUMER : SpanKind.SERVER;
            hops.add(hop(number, 1, name, name, at, at + 8)
                    .kind(kind)
                    .failed(name)
                    .build());
            hops.add(hop(number + 1, number, name, name, at + 1, at + 7).build());
            number += 2;
        }
        return RequestChain.of(HOSTILE.get(1) + HOSTILE.get(6), hops);
    }

    /** So many hops that no diagram can hold them, all with hostile names. */
    static RequestChain large(int count) {
        List<Hop> hops = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            String name = HOSTILE.get(number % HOSTILE.size());
            hops.add(hop(number, number / 3, name, name, number, 10L * count - number)
                    .build());
        }
        return RequestChain.of("large", hops);
    }
}
