package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.context.CorrelationSource;
import io.dharma.tracing.context.CorrelationTrust;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whatever a request says of its correlation, the ids that it is given keep to the rules, come from the request exactly
 * as they were or from nowhere in it, and go on as they are. Read and written behind the containment, which would hide
 * what is thrown.
 */
class CorrelationFuzzTest {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:+/=-]{7,127}");
    private static final Pattern PLAIN_MEMBER = Pattern.compile("dharma\\.cid=([A-Za-z0-9._:+/=-]*)");
    private static final Pattern ANY_MEMBER =
            Pattern.compile("[ \\t]*dharma\\.cid[ \\t]*=[ \\t]*([^;]*?)[ \\t]*(;.*)?", Pattern.DOTALL);
    private static final Pattern ADDRESS =
            Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*(\\d{1,3}(\\.\\d{1,3}){3})?");
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
        assertKeepsToTheRules(correlation);
        assertIsWhatWasSent(correlation, incoming, rules.counts());
        assertThat(Baggage.fromContext(read).asMap().keySet()).noneMatch(key -> key.startsWith("dharma."));
        assertArrives(propagator, read, correlation);
        assertLeavesNowhereElse(propagator, read);
    }

    private static void assertKeepsToTheRules(CorrelationContext correlation) {
        assertThat(correlation.correlationId()).matches(ID);
        assertThat(correlation.requestId()).matches(ID);
        assertThat(correlation.causationId() == null
                        || ID.matcher(correlation.causationId()).matches())
                .isTrue();
        assertThat(correlation.conversationId() == null
                        || ID.matcher(correlation.conversationId()).matches())
                .isTrue();
        assertThat(correlation.toString().chars()).noneMatch(Character::isISOControl);
    }

    private static void assertIsWhatWasSent(
            CorrelationContext correlation, Headers incoming, CorrelationCounts counts) {
        List<String> sent = new ArrayList<>(incoming.lines("X-Correlation-ID"));
        sent.addAll(incoming.lines("X-Request-ID"));
        CorrelationTrust trust = correlation.trust();
        switch (trust.source()) {
            case CORRELATION_HEADER, REQUEST_HEADER -> assertThat(sent).contains(correlation.correlationId());
            case BAGGAGE -> {
                assertThat(idsInBaggage(incoming, ANY_MEMBER)).contains(correlation.correlationId());
                assertThat(plainIdsInBaggage(incoming)).hasSizeLessThan(2);
            }
            case TRACE -> assertThat(incoming.get("traceparent")).contains(correlation.correlationId());
            case NEW ->
                assertThat(sent)
                        .noneMatch(
                                id -> ID.matcher(id).matches() && sent.stream().allMatch(id::equals));
            case APPLICATION -> throw new AssertionError(trust);
        }
        boolean replaced = trust.outcome() == CorrelationTrust.Outcome.REPLACED;
        assertThat(counts.replaced()).isEqualTo(replaced ? 1 : 0);
        if (replaced) {
            assertThat(counts.refused()).containsKey(Objects.requireNonNull(trust.refusal()));
        } else if (trust.source() != CorrelationSource.BAGGAGE) {
            assertThat(plainIdsInBaggage(incoming))
                    .as("neither refused nor taken")
                    .isEmpty();
        }
    }

    /** Those that nobody can misread, unless there is more than is read at all. */
    private static Set<String> plainIdsInBaggage(Headers incoming) {
        String baggage = String.join(",", incoming.lines("baggage"));
        boolean readToItsEnd = baggage.length() < 8_000
                && incoming.lines("baggage").size() < 64
                && baggage.chars().filter(c -> c == ',').count() < 60;
        return readToItsEnd ? idsInBaggage(incoming, PLAIN_MEMBER) : Set.of();
    }

    private static Set<String> idsInBaggage(Headers incoming, Pattern member) {
        Set<String> ids = new HashSet<>();
        for (String each : String.join(",", incoming.lines("baggage")).split(",", -1)) {
            Matcher matcher = member.matcher(each);
            if (matcher.matches()) {
                ids.add(decoded(matcher.group(1)));
            }
        }
        return ids;
    }

    private static String decoded(String encoded) {
        try {
            return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return encoded;
        }
    }

    /** An id is taken only of a caller in the networks, as the platform reads addresses, and as it was sent. */
    @DictionaryEntries({
        "X-Correlation-ID:order-4711\n",
        "X-Request-ID:request-1\n",
        "baggage:dharma.cid=order-4711\n",
        "traceparent:00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03\n",
        "X-Caller:10.1.2.3",
        "X-Caller:::ffff:10.1.2.3",
        "X-Caller:fd00::1%eth0"
    })
    @FuzzTest
    void networks(byte[] block) throws UnknownHostException {
        Headers incoming = Headers.parse(block);
        String caller = incoming.get("X-Caller");
        CorrelationPropagation rules = CorrelationPropagation.builder()
                .trust(TrustedCallers.inNetworks(List.of("10.0.0.0/8", "fd00::/8")))
                .build();
        CorrelationPropagator propagator =
                new CorrelationPropagator(Propagators.named(List.of("tracecontext", "baggage")), rules);

        Context read = propagator.read(Context.root(), incoming, AddressedGetter.of(Headers.GETTER, caller));

        CorrelationContext correlation = Objects.requireNonNull(Correlation.from(read));
        assertKeepsToTheRules(correlation);
        if (!rules.counts().accepted().isEmpty()) {
            assertThat(isNear(Objects.requireNonNull(caller))).isTrue();
            assertIsWhatWasSent(correlation, incoming, rules.counts());
        }
        if (caller == null || !isNear(caller)) {
            assertThat(correlation.trust().outcome()).isNotEqualTo(CorrelationTrust.Outcome.ACCEPTED);
        }
    }

    private static boolean isNear(String caller) throws UnknownHostException {
        int zone = caller.indexOf('%');
        String address = zone < 0 ? caller : caller.substring(0, zone);
        // What is no address would be looked up.
        if (!ADDRESS.matcher(address).matches()) {
            return false;
        }
        byte[] bytes = InetAddress.getByName(address).getAddress();
        return bytes.length == 4 ? bytes[0] == 10 : bytes[0] == (byte) 0xfd;
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
