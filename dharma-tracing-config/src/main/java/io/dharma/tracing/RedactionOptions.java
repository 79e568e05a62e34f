package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Key;
import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.pipeline.Stage;
import io.dharma.tracing.redaction.EmailPolicy;
import io.dharma.tracing.redaction.IpPolicy;
import io.dharma.tracing.redaction.Pseudonyms;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is taken out of spans, log records, metrics and baggage before they leave the process or touch its disk. Part of
 * {@link DharmaConfig.Builder}; one thread at a time.
 *
 * <p>Without a word said here, secrets are taken out: see {@link io.dharma.tracing.redaction.Redactor}.
 */
public final class RedactionOptions {

    private final DharmaConfig.Builder config;

    RedactionOptions(DharmaConfig.Builder config) {
        this.config = config;
    }

    /** Takes nothing out. Hooks are still called. Default: on. Saves some microseconds per span on a thread of ours. */
    public RedactionOptions off() {
        config.set(Keys.REDACTION, "off");
        return this;
    }

    /**
     * Takes nothing out, and counts what would have been: see {@link Health#redaction()}. Default: no. Secrets leave the
     * process meanwhile.
     */
    public RedactionOptions dryRun() {
        config.set(Keys.REDACTION, "dry-run");
        return this;
    }

    /** Names whose values are secrets, besides the usual ones. Default: none. Costs nothing worth a word. */
    public RedactionOptions secretKeys(String... names) {
        return addAll(Keys.SECRET_KEYS, names);
    }

    /** Names whose values stay as they are, though they are taken for secrets. Default: none. */
    public RedactionOptions allowedKeys(String... names) {
        return addAll(Keys.ALLOWED_KEYS, names);
    }

    /** Names of attributes that hold persons' identities; they become pseudonyms. Default: none. About 1 us for each. */
    public RedactionOptions pseudonymKeys(String... names) {
        return addAll(Keys.PSEUDONYM_KEYS, names);
    }

    private RedactionOptions addAll(Key<List<String>> key, String... names) {
        for (String name : names) {
            config.add(key, Objects.requireNonNull(name, "name"));
        }
        return this;
    }

    /** Values that stay, however they look, such as the card number of a payment provider's manual. Default: none. */
    public RedactionOptions keptValues(String... values) {
        config.extras().keptValues.addAll(List.of(values));
        return this;
    }

    /** What becomes of e-mail addresses. Default: they stay. */
    public RedactionOptions emails(EmailPolicy policy) {
        config.set(Keys.REDACT_EMAILS, policy.name().toLowerCase(Locale.ROOT));
        return this;
    }

    /** What becomes of internet addresses. Default: they stay. */
    public RedactionOptions ips(IpPolicy policy) {
        config.set(Keys.REDACT_IPS, policy.name().toLowerCase(Locale.ROOT));
        return this;
    }

    /** With what pseudonyms are made. Default: {@link Pseudonyms#perProcess()}, which match only within the process. */
    public RedactionOptions pseudonyms(Pseudonyms pseudonyms) {
        config.extras().pseudonyms = Objects.requireNonNull(pseudonyms, "pseudonyms");
        return this;
    }

    /** Whether statements to databases lose their data. Default: yes. */
    public RedactionOptions statements(boolean redact) {
        config.set(Keys.REDACT_STATEMENTS, redact);
        return this;
    }

    /** Whether URLs lose user, password and secret parameters. Default: yes. */
    public RedactionOptions urls(boolean redact) {
        config.set(Keys.REDACT_URLS, redact);
        return this;
    }

    /**
     * Adds to every span before it is redacted: see {@link Stage#enrichmentHook}. Default: nothing. It runs on a thread
     * of ours, while all spans wait. If it throws, the span goes on without it; if it does so or takes longer than 50
     * ms three times in a row, it is not called for a minute.
     *
     * @param name a short lower-case name for health and log
     */
    public RedactionOptions enrich(String name, Function<? super SpanData, ? extends @Nullable SpanData> hook) {
        config.extras().enrichments.add(Stage.enrichmentHook(name, hook));
        return this;
    }

    /**
     * Takes out of every span what the rules do not know, before they do the rest: see {@link Stage#redactionHook}. If
     * it throws, the span is dropped and counted. Default: nothing. It runs on a thread of ours, while all spans wait.
     *
     * @param name a short lower-case name for health and log
     * @param hook returns the span, changed or not; null drops it
     */
    public RedactionOptions redact(String name, Function<? super SpanData, ? extends @Nullable SpanData> hook) {
        config.extras().redactions.add(Stage.redactionHook(name, hook));
        return this;
    }
}
