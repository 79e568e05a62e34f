package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThrowableReaderTest {

    /** Everything that may be overridden, overridden badly. */
    private static final class Hostile extends RuntimeException {
        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new StackOverflowError();
        }

        @Override
        public synchronized Throwable getCause() {
            throw new OutOfMemoryError("no cause");
        }
    }

    /** Null wherever it can be. */
    private static final class Empty extends RuntimeException {
        @Override
        @SuppressWarnings("NullAway") // as code does that does not know of it
        public StackTraceElement[] getStackTrace() {
            return null;
        }
    }

    /** Another cause each time. */
    private static final class Endless extends RuntimeException {
        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }

    @Test
    void hostileThrowable_isReadAsFarAsItGoes() {
        assertThat(StackTraceModel.of(new Hostile()).causes())
                .containsExactly(
                        new ThrownError(Hostile.class.getName(), "(message not available)", Collections.emptyList()));
        assertThat(StackTraceModel.of(new Empty()).outermost().frames()).isEmpty();
    }

    @Test
    void endlessCauses_end() {
        assertThat(StackTraceModel.of(new Endless()).causes()).hasSize(64);
    }

    @Test
    void cycle_isReadOnce() {
        IOException one = new IOException("one");
        one.initCause(new IOException("other", one));

        assertThat(StackTraceModel.of(one).causes()).hasSize(2);
    }

    @Test
    void suppressedTree_costsNoCause() {
        Throwable outermost = tree(8, new Exception("cause"));

        StackTraceModel model = StackTraceModel.of(outermost);

        assertThat(model.causes()).extracting(ThrownError::message).containsExactly("tree", "cause");
        assertThat(count(model)).isLessThanOrEqualTo(64);
    }

    private static Throwable tree(int depth, @Nullable Throwable cause) {
        Exception node = new Exception("tree", cause);
        if (depth > 0) {
            node.addSuppressed(tree(depth - 1, null));
            node.addSuppressed(tree(depth - 1, null));
        }
        return node;
    }

    private static int count(StackTraceModel model) {
        int count = model.causes().size();
        for (ThrownError error : model.causes()) {
            count += error.suppressed().stream()
                    .mapToInt(ThrowableReaderTest::count)
                    .sum();
        }
        return count;
    }

    @Test
    void manyFrames_areTheFirstAndTheLast() {
        StackTraceElement[] elements = new StackTraceElement[1_000_000];
        Arrays.setAll(elements, i -> new StackTraceElement("a.A", "m" + i, "A.java", i));
        Exception thrown = new Exception();
        thrown.setStackTrace(elements);

        assertThat(StackTraceModel.of(thrown).outermost().frames())
                .hasSize(256)
                .extracting(TraceFrame::method)
                .startsWith("m0", "m1")
                .contains("m127", "m999872")
                .endsWith("m999999");
    }

    @Test
    void hugeNames_areCut() {
        Exception thrown = new Exception("x".repeat(10_000_000));
        thrown.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("C".repeat(1_000_000), "m".repeat(1_000_000), "f".repeat(1_000_000), -2)
        });

        ThrownError error = StackTraceModel.of(thrown).outermost();

        assertThat(error.message()).hasSize(8192);
        assertThat(error.frames())
                .containsExactly(new TraceFrame("C".repeat(1024), "m".repeat(1024), "f".repeat(1024), 0));
    }
}
