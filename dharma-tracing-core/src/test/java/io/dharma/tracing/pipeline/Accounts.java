package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

/** The one rule that every test of the pipeline ends with. */
final class Accounts {

    private Accounts() {}

    static void assertBalanced(PipelineStats stats) {
        for (SinkStats sink : stats.sinks()) {
            long accounted = stats.droppedTotal()
                    + stats.queuedRecords()
                    + sink.delivered()
                    + sink.droppedTotal()
                    + sink.queuedRecords()
                    + sink.spooledRecords();
            // Two errors may balance each other.
            assertThat(sink.dropped().values())
                    .as("%s in %s", sink.name(), stats)
                    .allMatch(count -> count > 0);
            assertThat(accounted).as("%s in %s", sink.name(), stats).isEqualTo(stats.offered() + sink.inherited());
        }
    }

    /** At rest: balanced, and nothing holds memory any more. */
    static void assertSettled(PipelineStats stats) {
        assertBalanced(stats);
        assertThat(stats.queuedRecords()).isZero();
        assertThat(stats.queuedBytes()).isZero();
        for (SinkStats sink : stats.sinks()) {
            assertThat(sink.queuedRecords()).isZero();
            assertThat(sink.queuedBytes()).isZero();
            assertThat(sink.inFlight()).isZero();
        }
    }
}
