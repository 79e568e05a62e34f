package io.dharma.tracing.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.DharmaConfig;
import io.dharma.tracing.DharmaTracing;
import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ErrorPatterns;
import io.dharma.tracing.errors.Errors;
import io.dharma.tracing.errors.EventQuery;
import io.dharma.tracing.errors.GroupListener;
import io.dharma.tracing.errors.GroupQuery;
import io.dharma.tracing.errors.GroupState;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.errors.RateQuery;
import io.dharma.tracing.errors.classify.Classification;
import io.dharma.tracing.errors.classify.ClassificationRule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The code of {@code docs/errors.md}: compiled, run, and compared with it by {@link SnippetsTest}. */
class ErrorsGuideTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<String> told = new ArrayList<>();
    private final DharmaTracing dharma = start();

    private DharmaTracing start() {
        // region settings
        return DharmaTracing.init(config -> config.service("orders", "1.0.0")
                .errors(errors -> errors.inApp("io.dharma.tracing.examples")
                        .mdcKeys("tenant")
                        .uncaught()
                        .classify(ClassificationRule.ofType(
                                MailException.class.getName(), Classification.of(Category.EXTERNAL_SERVICE)))
                        .groupBy((trace, parts) ->
                                trace.outermost().type().endsWith("MailException") ? parts.withGroup("mail") : parts)
                        .listener(new GroupListener() {
                            @Override
                            public void isNew(ErrorGroup group) {
                                tell(group);
                            }
                        })));
        // endregion
    }

    @AfterEach
    void close() {
        dharma.close();
    }

    private void tell(ErrorGroup group) {
        told.add(group.id());
    }

    /** What a mail server's client throws. */
    private static final class MailException extends Exception {

        private static final long serialVersionUID = 1;

        MailException(String message) {
            super(message);
        }
    }

    private static void sendReceipt() throws MailException {
        throw new MailException("no answer from mail-1");
    }

    @Test
    void backendsAndAlerts_areSettings() {
        // region backends
        DharmaConfig backends = DharmaConfig.builder()
                .service("orders", "1.0.0")
                .errors(errors -> errors.elasticsearch("https://dharma:secret@elasticsearch:9200")
                        .kafka("kafka-1:9092,kafka-2:9092", "errors")
                        .redis("redis://redis:6379"))
                .build();
        // endregion
        // region alerts
        DharmaConfig alerts = DharmaConfig.builder()
                .service("orders", "1.0.0")
                .errors(errors -> errors.alertListener(alert -> System.out.println(alert.title()))
                        .alertWebhook("https://hooks.example.com/dharma", "a-secret-of-16-or-more"))
                .build();
        // endregion

        assertThat(backends.toString()).contains("elasticsearch").doesNotContain("secret@");
        assertThat(alerts.toString()).contains("hooks.example.com").doesNotContain("a-secret-of-16");
    }

    @Test
    void caughtError_isCapturedAndAskedFor() {
        // region capture
        Errors errors = dharma.errors();
        errors.breadcrumb("payment", "card was charged");
        try {
            sendReceipt();
        } catch (MailException e) {
            errors.capture(e); // the order stands without a receipt
        }
        // endregion
        assertThatThrownBy(() -> dharma.tracedRun("place-order", block -> {
                    throw new IllegalStateException("out of stock");
                }))
                .hasMessage("out of stock");
        assertThat(dharma.flush(PATIENCE)).isTrue();

        String correlationId = "order-4711";
        // region ask
        List<ErrorGroup> open = errors.groups(GroupQuery.all().in(GroupState.NEW, GroupState.REGRESSED));
        List<ErrorEvent> latest = errors.events(open.get(0).id());
        List<ErrorEvent> ofRequest = errors.events(EventQuery.all().correlation(correlationId));
        Instant now = Instant.now();
        List<MinuteRate> lastHour =
                errors.rates(RateQuery.between(now.minusSeconds(3_600), now).operation("place-order"));
        ErrorPatterns patterns = errors.patterns();
        // endregion

        assertThat(open).hasSize(2);
        assertThat(told).hasSize(2);
        assertThat(latest).hasSize(1);
        assertThat(ofRequest).isEmpty();
        assertThat(lastHour).hasSize(1);
        assertThat(patterns.together()).isEmpty();
        ErrorGroup mail = open.stream()
                .filter(group -> group.type().endsWith("MailException"))
                .findFirst()
                .orElseThrow();
        assertThat(mail.category()).isEqualTo(Category.EXTERNAL_SERVICE);
        assertThat(errors.events(mail.id()).get(0).breadcrumbs()).hasSize(1);

        String group = mail.id();
        // region resolve
        boolean known = errors.resolve(group);
        // endregion
        assertThat(known).isTrue();
        assertThat(errors.group(group).orElseThrow().state()).isEqualTo(GroupState.RESOLVED);
    }
}
