package io.dharma.tracing.spi;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/** The log of a class hangs until this is closed, as on a standard output that nobody reads. */
public final class HangingLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final CountDownLatch over = new CountDownLatch(1);
    private final Logger logger;
    private volatile boolean asked;
    private final List<String> written = new CopyOnWriteArrayList<>();

    private HangingLog(Class<?> type) {
        logger = (Logger) LoggerFactory.getLogger(type);
        start();
        logger.addAppender(this);
    }

    public static HangingLog of(Class<?> type) {
        return new HangingLog(type);
    }

    /** What was written; all of it once this is closed. */
    public List<String> written() {
        return List.copyOf(written);
    }

    /** Whether there is a line that it does not write. */
    public boolean hangs() {
        return asked;
    }

    @Override
    public synchronized void doAppend(ILoggingEvent event) {
        asked = true;
        while (over.getCount() > 0) {
            try {
                over.await();
            } catch (InterruptedException e) {
                // As a write to a full pipe does not listen.
            }
        }
        super.doAppend(event);
    }

    @Override
    protected void append(ILoggingEvent event) {
        written.add(event.getFormattedMessage());
    }

    @Override
    public void close() {
        over.countDown();
        try {
            assertThat(BackgroundLog.await(Duration.ofSeconds(10))).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            logger.detachAppender(this);
        }
    }
}
