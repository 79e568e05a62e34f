package io.dharma.tracing.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.history.HistoryLog.State;
import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.testsupport.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@ExtendWith(LeakCheck.class)
class HistoryLogTest {

    private static final int KIND = 1;
    private static final long MAX_BYTES = 1L << 20;
    private static final byte[] HEAD = {1};

    private final List<HistoryLog> logs = new ArrayList<>();
    private final Random random = new Random(1);

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        logs.forEach(HistoryLog::close);
    }

    /** Knows nothing; tests say what goes wrong. */
    private static class Tenant implements HistoryTenant {

        @Override
        public boolean owns(int kind) {
            return kind == KIND;
        }

        @Override
        public void found(HistoryBlock block) {}

        @Override
        public void foundAll() {}

        @Override
        public void leaving(long first, long end) {}

        @Override
        public void lost(long first, long end) {}

        @Override
        public double fullness() {
            return 0;
        }

        @Override
        public void writable() {}
    }

    private HistoryLog start(HistoryTenant tenant) {
        return start(tenant, System::nanoTime);
    }

    private HistoryLog start(HistoryTenant tenant, LongSupplier nanoTime) {
        HistoryLog log = new HistoryLog(
                new HistoryLog.Settings(directory, MAX_BYTES, Disk.system(), Duration.ofMillis(20), nanoTime));
        logs.add(log);
        log.start(List.of(tenant));
        return log;
    }

    private void append(HistoryLog log, int blocks) {
        for (int i = 0; i < blocks; i++) {
            byte[] incompressible = new byte[10_000];
            random.nextBytes(incompressible);
            assertThat(log.append(KIND, HEAD, incompressible).number()).isNotEqualTo(HistoryLog.NOT_WRITTEN);
        }
    }

    private void leaveBlocksOfAnEarlierProcess(int blocks) {
        HistoryLog earlier = start(new Tenant());
        awaitState(earlier, State.WRITING);
        append(earlier, blocks);
        earlier.close();
    }

    private static void awaitState(HistoryLog log, State state) {
        await().untilAsserted(() -> assertThat(log.state()).isEqualTo(state));
    }

    @Test
    void blockThatDoesNotFitIntoMemory_costsItselfAndNotTheBound() {
        leaveBlocksOfAnEarlierProcess(3);
        HistoryLog log = start(new Tenant() {
            @Override
            public void found(HistoryBlock block) {
                throw new OutOfMemoryError("a test's");
            }
        });
        awaitState(log, State.WRITING);

        assertThat(log.damaged()).isEqualTo(3);
        append(log, 300);
        assertThat(log.bytes()).isLessThanOrEqualTo(MAX_BYTES);
    }

    @Test
    void errorAfterAllWasFound_isTroubleThatPasses() {
        leaveBlocksOfAnEarlierProcess(3);
        AtomicBoolean failing = new AtomicBoolean(true);
        HistoryLog log = start(new Tenant() {
            @Override
            public void foundAll() {
                if (failing.get()) {
                    throw new OutOfMemoryError("a test's");
                }
            }
        });
        await().untilAsserted(() -> assertThat(log.trouble())
                .extracting(HistoryLog.Trouble::reason)
                .isEqualTo("OutOfMemoryError: a test's"));
        failing.set(false);
        awaitState(log, State.WRITING);

        assertThat(log.trouble()).isNull();
        append(log, 300);
        assertThat(log.bytes()).isLessThanOrEqualTo(MAX_BYTES);
    }

    @Test
    void errorWhileTheDirectoryIsOpened_isTroubleThatPasses() {
        leaveBlocksOfAnEarlierProcess(3);
        AtomicBoolean failing = new AtomicBoolean(true);
        HistoryLog log = start(new Tenant(), () -> {
            if (failing.get()) {
                throw new OutOfMemoryError("a test's");
            }
            return System.nanoTime();
        });
        awaitState(log, State.UNUSABLE);
        failing.set(false);
        awaitState(log, State.WRITING);

        append(log, 300);
        assertThat(log.bytes()).isLessThanOrEqualTo(MAX_BYTES);
    }
}
