package io.dharma.tracing.testsupport;

import java.io.PrintStream;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Names, when all tests of a module are through, those that did not run, and says why. Maven only counts them.
 *
 * <p>Found by JUnit itself through {@code META-INF/services}.
 */
public final class NotRunReport implements TestExecutionListener {

    private final Queue<String> notRun = new ConcurrentLinkedQueue<>();
    private final PrintStream out;

    public NotRunReport() {
        this(System.out);
    }

    NotRunReport(PrintStream out) {
        this.out = out;
    }

    @Override
    public void executionSkipped(TestIdentifier test, @Nullable String reason) {
        notRun.add(name(test) + ": " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.ABORTED) {
            notRun.add(name(test) + ": "
                    + result.getThrowable().map(Throwable::getMessage).orElse("aborted"));
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        notRun.forEach(test -> out.println("NOT RUN: " + test));
        notRun.clear();
    }

    private static String name(TestIdentifier test) {
        String declared = test.getSource()
                .map(source -> source instanceof MethodSource method
                        ? method.getClassName() + "." + method.getMethodName()
                        : source instanceof ClassSource type ? type.getClassName() : source.toString())
                .orElse(test.getUniqueId());
        // One run of a template, as of a parameterized test, has a name of its own.
        return test.getUniqueIdObject().getLastSegment().getType().endsWith("-invocation")
                ? declared + " [" + test.getDisplayName() + "]"
                : declared;
    }
}
