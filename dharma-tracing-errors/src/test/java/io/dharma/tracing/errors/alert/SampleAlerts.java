package io.dharma.tracing.errors.alert;

import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.GroupState;
import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.errors.Severity;

/** Groups and alerts as a service has them. */
public final class SampleAlerts {

    private SampleAlerts() {}

    /** An error of the database, of severity ERROR. */
    public static ErrorGroup group(String id) {
        return SampleErrors.change(id, GroupState.NEW, SampleErrors.NOON).known();
    }

    public static ErrorGroup group(String id, Severity severity) {
        ErrorGroup group = group(id);
        return new ErrorGroup(
                id,
                group.family(),
                null,
                group.type(),
                null,
                group.title(),
                severity,
                group.category(),
                group.state(),
                group.stateSince(),
                group.firstSeen(),
                group.lastSeen(),
                group.count(),
                group.affectedUsers(),
                group.releases(),
                group.samples());
    }

    public static Alert spike() {
        SpikeReading reading = new SpikeReading(0, SpikeLevel.PAGE, SpikeLevel.PAGE, 5, 412, 3.14159, 20);
        return new AlertMaker(SampleErrors.CHECKOUT)
                .spike(new RateSpike(reading, group("v1-a"), "place-order"), SampleErrors.NOON);
    }

    /** Of the whole service. */
    public static Alert spikeOfTheService() {
        SpikeReading reading = new SpikeReading(0, SpikeLevel.WARN, SpikeLevel.WARN, 1, 50, 2.5, 6);
        return new AlertMaker(SampleErrors.CHECKOUT).spike(new RateSpike(reading, null, null), SampleErrors.NOON);
    }

    public static Alert isNew(String id) {
        return new AlertMaker(SampleErrors.CHECKOUT).isNew(group(id), "place-order", SampleErrors.NOON);
    }
}
