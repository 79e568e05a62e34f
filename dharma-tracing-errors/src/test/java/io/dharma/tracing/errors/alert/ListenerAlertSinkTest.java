package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Delivery;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenerAlertSinkTest {

    private final List<Alert> heard = new ArrayList<>();
    private final ListenerAlertSink sink = new ListenerAlertSink("listener", heard::add);

    private Delivery deliver(Alert... alerts) {
        return sink.deliver(List.of(alerts)).toCompletableFuture().join();
    }

    @Test
    void listener_hearsEachAlert() {
        Alert first = SampleAlerts.isNew("v1-a");
        Alert second = SampleAlerts.isNew("v1-b");

        assertThat(deliver(first, second)).isEqualTo(Delivery.delivered());
        assertThat(heard).containsExactly(first, second);
    }

    @Test
    void alertThatIsOfferedAgain_isNotHeardAgain() {
        Alert hanging = SampleAlerts.isNew("v1-a");
        deliver(hanging);

        assertThat(deliver(hanging)).isEqualTo(Delivery.partly(1, "the listener failed"));
        assertThat(heard).containsExactly(hanging);
    }
}
