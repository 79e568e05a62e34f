package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Whatever a request says of its correlation, the ids that it is given keep to the rules, come from the request exactly
 * as they were or from nowhere in it, and go on as they are. Read and written behind the containment, which would hide
 * what is thrown.
 */
class CorrelationFuzzTest {

    private static final Pattern FIELD_VALUE = Pattern.compile("[\\t\\x20-\\x7E]*");

    @DictionaryEntries({
        "X-Correlation-ID:",
        "X-Request-ID:",
        "baggage:dharma.cid=",
        "dharma.rid=",
        "dharma.conversation=",
        "dharma.origin=",
        "traceparent:00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03",
        "0123456789abcdef",
        "%0d%0a"
    })
    @FuzzTest
    void headers(byte[] block) {
        Headers incoming = Headers.parse(block);
        CorrelationPropagation rules = CorrelationPropagation.builder().build();
        CorrelationPropagator propagator =
                new CorrelationPropagator(Propagators.named(List.of("tracecontext", "baggage")), rules);

        Context read = propagator.read(Context.root(), incoming, Headers.GETTER);

        CorrelationContext correlation = Objects.requireNonNull(Correlation.from(read));
        CorrelationOracle.assertKeepsToTheRules(correlation);
        CorrelationOracle.assertIsWhatWasSent(correlation, incoming, rules.counts());
        assertThat(Baggage.fromContext(read).asMap().keySet()).noneMatch(key -> key.startsWith("dharma."));
        assertArrives(propagator, read, correlation);
        assertLeavesNowhereElse(propagator, read);
    }

    private static void assertArrives(CorrelationPropagator propagator, Context read, CorrelationContext correlation) {
        Headers written = new Headers();
        propagator.write(read, written, AddressedSetter.of(Headers.SETTER, "stock"));

        assertThat(written.asMap().values())
                .allSatisfy(lines -> assertThat(lines)
                        .allMatch(line -> FIELD_VALUE.matcher(line).matches()));
        assertThat(written.get("X-Correlation-ID")).isEqualTo(correlation.correlationId());
        CorrelationContext arrived =
                Objects.requireNonNull(Correlation.from(propagator.read(Context.root(), written, Headers.GETTER)));
        assertThat(arrived.correlationId()).isEqualTo(correlation.correlationId());
    }

    private static void assertLeavesNowhereElse(CorrelationPropagator propagator, Context read) {
        Headers written = new Headers();
        propagator.write(read, written, AddressedSetter.of(Headers.SETTER, "example.com"));

        assertThat(written.get("X-Correlation-ID")).isNull();
        assertThat(Baggage.fromContext(written.read(Propagators.baggage()))
                        .asMap()
                        .keySet())
                .noneMatch(key -> key.startsWith("dharma."));
    }
}
