package io.dharma.tracing.redis;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Netty's timer without a thread of its own: the event loop can wait as well. Any thread. */
final class LoopTimer implements Timer {

    private final EventExecutor loop;

    LoopTimer(EventExecutor loop) {
        this.loop = loop;
    }

    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
        Scheduled scheduled = new Scheduled(task);
        scheduled.future = loop.schedule(scheduled, delay, unit);
        return scheduled;
    }

    /** The loop ends with its owner. */
    @Override
    public Set<Timeout> stop() {
        return Set.of();
    }

    private final class Scheduled implements Timeout, Runnable {

        private final TimerTask task;
        private volatile @Nullable ScheduledFuture<?> future;
        private volatile boolean expired;
        private volatile boolean cancelled;

        Scheduled(TimerTask task) {
            this.task = task;
        }

        @Override
        public void run() {
            expired = true;
            try {
                task.run(this);
            } catch (Exception theirs) {
                // Netty's own timer goes on as well.
            }
        }

        @Override
        public Timer timer() {
            return LoopTimer.this;
        }

        @Override
        public TimerTask task() {
            return task;
        }

        @Override
        public boolean isExpired() {
            return expired;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public boolean cancel() {
            ScheduledFuture<?> running = future;
            cancelled = !expired && (running == null || running.cancel(false));
            return cancelled;
        }
    }
}
