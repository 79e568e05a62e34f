package io.dharma.tracing.errors.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.errors.Severity;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AlertTest {

    private static final AlertMaker MAKER = new AlertMaker(new ServiceIdentity("shop", null, null, "shop-1", null));

    @Test
    void json_hasAllThatIsDocumented() {
        Alert spike = SampleAlerts.spike();

        assertThat(new String(spike.toJson(), UTF_8))
                .isEqualTo("{\"id\":\"" + spike.id() + "\",\"kind\":\"spike\",\"level\":\"page\","
                        + "\"time\":\"2026-03-01T12:00:00.123456789Z\","
                        + "\"title\":\"412 errors within 5 minutes in checkout, usual are 3.1: OrderException: no stock\","
                        + "\"service\":{\"name\":\"checkout\",\"version\":\"1.4.2\",\"environment\":\"production\","
                        + "\"instance\":\"checkout-7f9c\",\"host\":\"node-3\"},\"operation\":\"place-order\","
                        + "\"count\":412,\"expected\":3.142,\"window_minutes\":5,"
                        + "\"group\":{\"id\":\"v1-a\",\"family\":\"v1-" + "f".repeat(32)
                        + "\",\"predecessor\":\"v1-" + "b".repeat(32)
                        + "\",\"type\":\"com.acme.OrderException\","
                        + "\"culprit\":\"com.acme.Orders.place(Orders.java:42)\",\"title\":\"OrderException: no stock\","
                        + "\"severity\":\"error\",\"category\":\"database\",\"state\":\"new\","
                        + "\"first_seen\":\"2026-03-01T11:59:00.123456789Z\","
                        + "\"last_seen\":\"2026-03-01T12:00:00.123456789Z\",\"count\":7,\"affected_users\":2,"
                        + "\"releases\":[\"1.4.1\",\"1.4.2\"],\"samples\":["
                        + "{\"time\":\"2026-03-01T11:59:00.123456789Z\","
                        + "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\",\"correlation_id\":\"order-4711\"},"
                        + "{\"time\":\"2026-03-01T12:00:00.123456789Z\"}]}}");
    }

    @Test
    void json_leavesOutWhatIsNotKnown() {
        Alert overflow = MAKER.overflow(3, AlertLevel.PAGE, Instant.EPOCH);

        assertThat(new String(overflow.toJson(), UTF_8))
                .isEqualTo("{\"id\":\"" + overflow.id() + "\",\"kind\":\"overflow\",\"level\":\"page\","
                        + "\"time\":\"1970-01-01T00:00:00Z\","
                        + "\"title\":\"3 more alerts of shop within a minute, not sent one by one\","
                        + "\"service\":{\"name\":\"shop\",\"instance\":\"shop-1\"},\"count\":3}");
    }

    @Test
    void title_saysWhereASpikeIs() {
        SpikeReading reading = new SpikeReading(0, SpikeLevel.WARN, SpikeLevel.WARN, 1, 50, 0.04, 6);

        assertThat(MAKER.spike(new RateSpike(reading, null, null), Instant.EPOCH)
                        .title())
                .isEqualTo("50 errors within a minute in shop, usual are 0.0");
        assertThat(MAKER.spike(new RateSpike(reading, null, "charge"), Instant.EPOCH)
                        .title())
                .isEqualTo("50 errors within a minute in shop, usual are 0.0, operation charge");
        assertThat(MAKER.overflow(1, AlertLevel.WARN, Instant.EPOCH).title()).startsWith("1 more alert of shop");
    }

    @Test
    void title_isOneLineThatIsSafeToPrintAndNotTooLong() {
        ErrorGroup hostile = SampleAlerts.group("v1-a");
        Alert alert = MAKER.isNew(hostile, "x", Instant.EPOCH);
        assertThat(alert.title()).isEqualTo("New error in shop: OrderException: no stock");

        SpikeReading reading = new SpikeReading(0, SpikeLevel.WARN, SpikeLevel.WARN, 1, 50, 0.04, 6);
        String operation = "a\n\u001b[31mb" + "c".repeat(10_000);
        assertThat(MAKER.spike(new RateSpike(reading, null, operation), Instant.EPOCH)
                        .title())
                .contains("operation a\\n\\u001b[31mbccc")
                .hasSizeLessThan(420);
    }

    @Test
    void fatalError_isToWakeSomebody() {
        ErrorGroup fatal = SampleAlerts.group("v1-a", Severity.FATAL);

        assertThat(MAKER.isNew(fatal, null, SampleErrors.NOON).level()).isEqualTo(AlertLevel.PAGE);
        assertThat(MAKER.regressed(fatal, null, SampleErrors.NOON).level()).isEqualTo(AlertLevel.PAGE);
        assertThat(SampleAlerts.isNew("v1-a").level()).isEqualTo(AlertLevel.WARN);
    }
}
