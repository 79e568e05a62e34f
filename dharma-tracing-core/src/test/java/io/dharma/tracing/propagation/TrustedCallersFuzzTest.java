package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.context.CorrelationTrust;
import io.opentelemetry.context.Context;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An id is taken only of a caller in the networks that are trusted, as the platform reads addresses, and as it was sent. */
class TrustedCallersFuzzTest {

    /** What is no address, the platform would look up. */
    private static final Pattern ADDRESS = Pattern.compile("%1$s|[0-9a-fA-F:]*:[0-9a-fA-F:]*(%1$s)?"
            .formatted("(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}"));

    @DictionaryEntries({
        "X-Correlation-ID:order-4711",
        "X-Request-ID:request-1",
        "baggage:dharma.cid=order-4711",
        "traceparent:00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03",
        "X-Caller:10.1.2.3",
        "X-Caller:::ffff:10.1.2.3",
        "X-Caller:fd00::1%eth0"
    })
    @FuzzTest
    void callers(byte[] block) {
        Headers incoming = Headers.parse(block);
        String caller = incoming.get("X-Caller");
        CorrelationPropagation rules = CorrelationPropagation.builder()
                .trust(TrustedCallers.inNetworks(List.of("10.0.0.0/8", "fd00::/8")))
                .build();
        CorrelationPropagator propagator =
                new CorrelationPropagator(Propagators.named(List.of("tracecontext", "baggage")), rules);

        Context read = propagator.read(Context.root(), incoming, AddressedGetter.of(Headers.GETTER, caller));

        CorrelationContext correlation = Objects.requireNonNull(Correlation.from(read));
        CorrelationOracle.assertKeepsToTheRules(correlation);
        boolean taken = correlation.trust().outcome() == CorrelationTrust.Outcome.ACCEPTED;
        assertThat(rules.counts().accepted()).hasSize(taken ? 1 : 0);
        if (taken) {
            assertThat(isNear(caller)).isTrue();
            CorrelationOracle.assertIsWhatWasSent(correlation, incoming, rules.counts());
        }
    }

    private static boolean isNear(@Nullable String caller) {
        String address = caller == null ? "" : caller.replaceFirst("(?s)%.*", "");
        if (!ADDRESS.matcher(address).matches()) {
            return false;
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return bytes.length == 4 ? bytes[0] == 10 : bytes[0] == (byte) 0xfd;
        } catch (UnknownHostException colonsInTheWrongPlaces) {
            return false;
        }
    }
}
