package io.dharma.tracing.errors;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongSupplier;

/**
 * How long the calling thread has been at work, so that a machine that is busy with other things does not count against us.
 * By the wall's time where the JVM does not measure that. Costs less than a microsecond.
 */
final class CpuTime {

    private CpuTime() {}

    static LongSupplier ofThread() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        boolean isMeasured = threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
        return isMeasured ? threads::getCurrentThreadCpuTime : System::nanoTime;
    }
}
