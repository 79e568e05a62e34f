package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThrowableTextTest {

    private static String printed(Throwable throwable) {
        StringWriter text = new StringWriter();
        throwable.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static void assertSameAsPrinted(Throwable throwable) {
        assertThat(ThrowableText.stackTrace(throwable)).isEqualTo(printed(throwable));
    }

    @Test
    void stackTrace_ofAnOrdinaryThrowableIsWhatIsPrinted() {
        assertSameAsPrinted(new IllegalStateException("stock is empty"));
        assertSameAsPrinted(new IllegalStateException());
        assertSameAsPrinted(new IOException("several\nlines"));
        assertSameAsPrinted(new Throwable("", null));
    }

    @Test
    void stackTrace_foldsTheFramesThatACauseSharesAsPrintingDoes() {
        assertSameAsPrinted(wrapped(6));
        assertThat(ThrowableText.stackTrace(wrapped(6)))
                .contains("\nCaused by: ")
                .containsPattern("\t\\.\\.\\. \\d+ more\n");
    }

    private static Exception wrapped(int depth) {
        try {
            throw depth == 0 ? new SQLException("table is missing") : wrapped(depth - 1);
        } catch (Exception e) {
            return new IllegalStateException("level " + depth, e);
        }
    }

    @Test
    void stackTrace_indentsSuppressedThrowablesAsPrintingDoes() {
        Exception failure = wrapped(2);
        failure.addSuppressed(wrapped(1));
        failure.addSuppressed(new IOException("closing"));
        failure.getSuppressed()[0].addSuppressed(wrapped(0));

        assertSameAsPrinted(failure);
    }

    @Test
    void stackTrace_ofRandomTreesIsWhatIsPrinted() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            assertSameAsPrinted(tree(random, 3));
        }
    }

    private static Exception tree(Random random, int depth) {
        @Nullable Exception cause = depth > 0 && random.nextBoolean() ? tree(random, depth - 1) : null;
        Exception made = random.nextBoolean()
                ? new IllegalStateException("m" + random.nextInt(9), cause)
                : new IOException(random.nextBoolean() ? null : "io", cause);
        for (int i = depth > 0 ? random.nextInt(3) : 0; i > 0; i--) {
            made.addSuppressed(tree(random, depth - 1));
        }
        return made;
    }

    @Test
    void stackTrace_asksAThrowableHowItWantsToBeCalled() {
        assertSameAsPrinted(new Exception("message") {
            @Override
            @SuppressWarnings("OverrideThrowableToString") // as many a library's exception does
            public String toString() {
                return "CUSTOM[" + getMessage() + "]";
            }
        });
    }

    @Test
    void stackTrace_hasTheCausesEvenIfTheFirstRenderingIsSlow() {
        Exception slow = new Exception("slow", wrapped(1)) {
            @Override
            public String getMessage() {
                long until = System.nanoTime() + 5_000_000;
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                return "slow";
            }
        };

        assertThat(ThrowableText.stackTrace(slow)).contains("Caused by: java.sql.SQLException: table is missing");
    }

    @Test
    void stackTrace_ofACycleEnds() {
        Exception a = new Exception("a");
        Exception b = new Exception("b", a);
        a.initCause(b);
        a.addSuppressed(b);

        assertThat(ThrowableText.stackTrace(b))
                .contains("[CIRCULAR REFERENCE: ")
                .hasSizeLessThan(20_000);
    }

    @Test
    void stackTrace_ofADeepCauseChainIsBounded() {
        Exception chain = new Exception("innermost");
        for (int i = 0; i < 20_000; i++) {
            chain = new Exception("level " + i, chain);
        }

        assertThat(ThrowableText.stackTrace(chain)).contains("(shortened)").hasSizeLessThanOrEqualTo(64 * 1024);
    }

    @Test
    void stackTrace_ofATreeOfSuppressedThrowablesIsBounded() {
        assertThat(ThrowableText.stackTrace(suppressedTree(16))).hasSizeLessThanOrEqualTo(64 * 1024);
    }

    private static Exception suppressedTree(int depth) {
        Exception node = new Frameless("depth " + depth);
        if (depth > 0) {
            node.addSuppressed(suppressedTree(depth - 1));
            node.addSuppressed(suppressedTree(depth - 1));
        }
        return node;
    }

    /** Quick to make by the hundred thousand. */
    private static final class Frameless extends Exception {
        Frameless(String message) {
            super(message, null, true, false);
        }
    }

    @Test
    void stackTrace_ofAStackOverflowHasBothEnds() {
        StackOverflowError overflow = new StackOverflowError();
        StackTraceElement[] frames = new StackTraceElement[1024];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = new StackTraceElement("Recursion", "call" + i, "Recursion.java", i);
        }
        overflow.setStackTrace(frames);

        List<String> lines = ThrowableText.stackTrace(overflow).lines().toList();
        assertThat(lines).hasSize(1 + 128 + 1 + 128);
        assertThat(lines.get(1)).contains("call0(");
        assertThat(lines.get(128)).contains("call127(");
        assertThat(lines.get(129)).isEqualTo("\t... 768 omitted");
        assertThat(lines.get(130)).contains("call896(");
        assertThat(lines.get(257)).contains("call1023(");
    }

    @Test
    void stackTrace_doesNotCopyAHugeMessage() {
        String huge = "x".repeat(200 << 20);

        assertThat(ThrowableText.stackTrace(new Exception(huge))).hasSizeLessThan(64 * 1024);
        assertThat(ThrowableText.message(new Exception(huge), 4096)).hasSize(4096);
    }

    @Test
    void stackTrace_isNeverCutInsideASurrogatePair() {
        Exception failure = new Exception("x".repeat(8 * 1024 - 1) + "\uD83D\uDE00" + "x");

        assertThat(ThrowableText.stackTrace(failure).lines().findFirst().orElseThrow())
                .matches(line -> !Character.isHighSurrogate(line.charAt(line.length() - 1)));
    }
}
