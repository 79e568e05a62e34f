package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.context.CorrelationSource;
import io.dharma.tracing.context.CorrelationTrust;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Knows by patterns what may become of the correlation of a request, whatever its headers say. */
final class CorrelationOracle {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:+/=-]{7,127}");
    private static final Pattern PLAIN_MEMBER = Pattern.compile("dharma\\.cid=([A-Za-z0-9._:+/=-]*)");
    private static final Pattern ANY_MEMBER =
            Pattern.compile("[ \\t]*dharma\\.cid[ \\t]*=[ \\t]*([^;]*?)[ \\t]*(;.*)?", Pattern.DOTALL);

    private CorrelationOracle() {}

    static void assertKeepsToTheRules(CorrelationContext correlation) {
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

    static void assertIsWhatWasSent(CorrelationContext correlation, Headers incoming, CorrelationCounts counts) {
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
}
