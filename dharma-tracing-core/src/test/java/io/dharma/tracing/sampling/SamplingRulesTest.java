package io.dharma.tracing.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dharma.tracing.internal.text.Glob;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingRulesTest {

    private static final AttributeKey<String> TENANT = AttributeKey.stringKey("tenant");

    @Test
    void healthCheck_isDroppedByNameAndTheRestIsNot() {
        Sampler sampler = Samplers.rules().drop("GET /health").otherwise(Samplers.alwaysOn());

        assertThat(sampled(sampler, "GET /health", Attributes.empty())).isFalse();
        assertThat(sampled(sampler, "GET /healthy", Attributes.empty())).isTrue();
        assertThat(sampled(sampler, "GET /orders", Attributes.empty())).isTrue();
    }

    @Test
    void route_isHttpRouteOrElseThePath() {
        Sampler sampler = Samplers.rules().dropRoute("/internal/*").otherwise(Samplers.alwaysOn());

        assertThat(sampled(sampler, "GET", Attributes.of(SamplingRules.HTTP_ROUTE, "/internal/{id}")))
                .isFalse();
        assertThat(sampled(sampler, "GET", Attributes.of(SamplingRules.URL_PATH, "/internal/a/b")))
                .isFalse();
        assertThat(sampled(sampler, "GET", Attributes.of(SamplingRules.URL_PATH, "/orders")))
                .isTrue();
        assertThat(sampled(sampler, "GET", Attributes.empty())).isTrue();
        assertThat(sampled(
                        sampler,
                        "GET",
                        Attributes.of(SamplingRules.HTTP_ROUTE, "/*", SamplingRules.URL_PATH, "/internal/a")))
                .isTrue();
    }

    @Test
    void attribute_decidesWherePresent() {
        Sampler sampler = Samplers.rules()
                .attribute(TENANT, "beta-*", Samplers.alwaysOn())
                .otherwise(Samplers.alwaysOff());

        assertThat(sampled(sampler, "x", Attributes.of(TENANT, "beta-7"))).isTrue();
        assertThat(sampled(sampler, "x", Attributes.of(TENANT, "acme"))).isFalse();
        assertThat(sampled(sampler, "x", Attributes.empty())).isFalse();
    }

    @Test
    void firstRuleThatMatches_decides() {
        Sampler sampler = Samplers.rules()
                .name("GET /orders", Samplers.alwaysOn())
                .drop("GET *")
                .otherwise(Samplers.alwaysOn());

        assertThat(sampled(sampler, "GET /orders", Attributes.empty())).isTrue();
        assertThat(sampled(sampler, "GET /other", Attributes.empty())).isFalse();
        assertThat(sampled(sampler, "POST /other", Attributes.empty())).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "GET *, GET /, true",
        "GET *, 'GET ', true",
        "GET *, POST /, false",
        "*/health, GET /a/health, true",
        "*/health, GET /health/x, false",
        "/a/*/c/*, /a/b/c/d, true",
        "/a/*/c/*, /a/c/d, false",
        "a*a, a, false",
        "a*a, aa, true",
        "*ab*ab*, xabab, true",
        "*ab*ab*, xab, false",
        "a*bc*c, abcc, true",
        "a*bc*c, abc, false",
        "**, anything, true",
        "a.c, abc, false",
        "a?c, abc, false",
    })
    void star_standsForAnyCharactersAndNothingElseIsSpecial(String pattern, String name, boolean matches) {
        assertThat(new Glob(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void star_matchesTheEmptyName() {
        assertThat(new Glob("*").matches("")).isTrue();
        assertThat(new Glob("a").matches("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void emptyPattern_isRefused(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samplers.rules().drop(pattern))
                .withMessage("the pattern of a sampling rule by name is empty;"
                        + " write the text to match, with * for any characters");
    }

    @ParameterizedTest
    @CsvSource({
        "*, a*b, true",
        "a*, a*b, true",
        "a*, abc, true",
        "*x*, a*x, true",
        "a*b, a*b, true",
        "abc, a*c, false",
        "a*b, a*, false",
        "a*, b, false",
        "a, *, false",
    })
    void glob_coversWhatMatchesOnlyWhereItMatchesToo(String earlier, String later, boolean covered) {
        assertThat(new Glob(earlier).covers(new Glob(later))).isEqualTo(covered);
    }

    @Test
    void attribute_mayBeCalledAsAnotherKindOfRule() {
        AttributeKey<String> name = AttributeKey.stringKey("name");

        Sampler sampler = Samplers.rules()
                .drop("*")
                .attribute(name, "x", Samplers.alwaysOn())
                .otherwise(Samplers.alwaysOn());

        assertThat(sampler.getDescription()).contains("attribute name=\"x\"");
    }

    @Test
    void ruleThatCanNeverMatch_isRefused() {
        SamplingRules repeated = Samplers.rules()
                .drop("GET /health")
                .route("/x", Samplers.alwaysOn())
                .drop("GET /health");
        SamplingRules afterAll = Samplers.rules().name("*", Samplers.alwaysOn()).drop("GET /health");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> repeated.otherwise(Samplers.alwaysOn()))
                .withMessage("sampling rule name=\"GET /health\" can never match,"
                        + " because the rule name=\"GET /health\" comes before it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> afterAll.otherwise(Samplers.alwaysOn()))
                .withMessageContaining("because the rule name=\"*\" comes before it");
    }

    @Test
    void sampler_doesNotChangeWhenItsBuilderGoesOn() {
        SamplingRules rules = Samplers.rules().drop("a");
        Sampler sampler = rules.otherwise(Samplers.alwaysOn());
        rules.drop("b");

        assertThat(sampled(sampler, "b", Attributes.empty())).isTrue();
    }

    @Test
    void description_listsTheRulesInTheirOrder() {
        Sampler sampler = Samplers.rules()
                .drop("GET /health")
                .route("/internal/*", Samplers.probabilistic(0.5))
                .otherwise(Samplers.alwaysOn());

        assertThat(sampler.getDescription())
                .isEqualTo("Rules{name=\"GET /health\":AlwaysOffSampler, "
                        + "route=\"/internal/*\":ProbabilitySampler{ratio=0.5, th=8}, otherwise:AlwaysOnSampler}");
    }

    private static boolean sampled(Sampler sampler, String name, Attributes attributes) {
        return SamplerCalls.ask(sampler, name, attributes).getDecision() == SamplingDecision.RECORD_AND_SAMPLE;
    }
}
