package io.dharma.tracing.sampling;

import io.dharma.tracing.internal.text.Glob;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Different samplers for different blocks; the first rule that matches decides.
 *
 * <pre>{@code
 * Sampler sampler = Samplers.parentBased(Samplers.rules()
 *         .drop("GET /health")
 *         .route("/internal/*", Samplers.probabilistic(0.01))
 *         .otherwise(Samplers.probabilistic(0.1)));
 * }</pre>
 *
 * <p>In a pattern {@code *} stands for any characters, also none and also slashes; everything else is literal, and
 * case matters. Inside {@link Samplers#parentBased} the rules are asked once per trace, at its first block; outside
 * they are asked for every block, and a block they drop has no descendants in the trace. Names and attributes are
 * those known when the block starts. A rule costs a comparison per block that gets as far as it.
 *
 * <p>One thread at a time builds; the sampler that comes out is immutable and for any thread.
 */
public final class SamplingRules {

    static final AttributeKey<String> HTTP_ROUTE = AttributeKey.stringKey("http.route");
    static final AttributeKey<String> URL_PATH = AttributeKey.stringKey("url.path");

    private final List<Rule> rules = new ArrayList<>();

    SamplingRules() {}

    /** Drops blocks with this name; the same as {@code name(namePattern, Samplers.alwaysOff())}. */
    public SamplingRules drop(String namePattern) {
        return name(namePattern, Samplers.alwaysOff());
    }

    /** Drops blocks with this route; the same as {@code route(routePattern, Samplers.alwaysOff())}. */
    public SamplingRules dropRoute(String routePattern) {
        return route(routePattern, Samplers.alwaysOff());
    }

    /** Decides by {@code sampler} for blocks with this name. */
    public SamplingRules name(String namePattern, Sampler sampler) {
        return add(new Rule("name", namePattern, (name, attributes) -> name, sampler));
    }

    /** Decides by {@code sampler} for blocks with this {@code http.route} or, if they have none, {@code url.path}. */
    public SamplingRules route(String routePattern, Sampler sampler) {
        return add(new Rule("route", routePattern, (name, attributes) -> routeOf(attributes), sampler));
    }

    /** Decides by {@code sampler} for blocks that start with an attribute of this value. */
    public SamplingRules attribute(AttributeKey<String> key, String valuePattern, Sampler sampler) {
        return add(new Rule(
                "attribute " + key.getKey(), valuePattern, (name, attributes) -> attributes.get(key), sampler));
    }

    /**
     * Decides by {@code sampler} for all other blocks, and ends the list.
     *
     * @throws IllegalArgumentException if a rule can never match because one before it always does first
     */
    public Sampler otherwise(Sampler sampler) {
        Objects.requireNonNull(sampler, "sampler");
        for (int i = 0; i < rules.size(); i++) {
            requireReachable(rules.get(i), rules.subList(0, i));
        }
        return new RuleSampler(List.copyOf(rules), sampler);
    }

    /** Whether there is no rule yet. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    private SamplingRules add(Rule rule) {
        rules.add(rule);
        return this;
    }

    private static void requireReachable(Rule rule, List<Rule> before) {
        for (Rule earlier : before) {
            if (earlier.hides(rule)) {
                throw new IllegalArgumentException("sampling rule " + rule.condition()
                        + " can never match, because the rule " + earlier.condition() + " comes before it");
            }
        }
    }

    private static @Nullable String routeOf(Attributes attributes) {
        String route = attributes.get(HTTP_ROUTE);
        return route != null ? route : attributes.get(URL_PATH);
    }

    /** What a rule looks at: null if the block has no such thing. */
    @FunctionalInterface
    interface Subject {
        @Nullable
        String of(String name, Attributes attributes);
    }

    record Rule(String subjectName, Glob pattern, Subject subject, Sampler sampler) {

        Rule(String subjectName, String pattern, Subject subject, Sampler sampler) {
            this(
                    subjectName,
                    new Glob(requirePattern(subjectName, pattern)),
                    subject,
                    Objects.requireNonNull(sampler, "sampler"));
        }

        boolean matches(String name, Attributes attributes) {
            String candidate = subject.of(name, attributes);
            return candidate != null && pattern.matches(candidate);
        }

        boolean hides(Rule later) {
            return subjectName.equals(later.subjectName) && pattern.covers(later.pattern);
        }

        String condition() {
            return subjectName + "=\"" + pattern + '"';
        }

        private static String requirePattern(String subjectName, String pattern) {
            if (pattern.isBlank()) {
                throw new IllegalArgumentException("the pattern of a sampling rule by " + subjectName
                        + " is empty; write the text to match, with * for any characters");
            }
            return pattern;
        }
    }
}
