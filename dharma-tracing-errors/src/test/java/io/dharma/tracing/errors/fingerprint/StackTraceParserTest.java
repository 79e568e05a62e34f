package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackTraceParserTest {

    @Test
    void printedTrace_readsAsTheThrowable() {
        IOException cause = new IOException("inner");
        cause.addSuppressed(new IOException("of the cause"));
        IllegalStateException thrown = new IllegalStateException("outer\n  at length", cause);
        IOException suppressed = new IOException("while closing", new IllegalArgumentException());
        suppressed.addSuppressed(new IllegalStateException(""));
        thrown.addSuppressed(suppressed);
        thrown.addSuppressed(new UnsupportedOperationException("second"));

        assertThat(withoutFiles(StackTraceModel.parse(printed(thrown))))
                .isEqualTo(withoutFiles(StackTraceModel.of(thrown)));
    }

    @Test
    void printedCycle_endsWhereItBegan() {
        IOException one = new IOException("one");
        IOException other = new IOException("other", one);
        one.initCause(other);

        assertThat(StackTraceModel.parse(printed(one)).causes())
                .extracting(ThrownError::message)
                .containsExactly("one", "other");
    }

    /** What is printed of a native frame is less than what is known of it. */
    private static StackTraceModel withoutFiles(StackTraceModel model) {
        return new StackTraceModel(model.causes().stream()
                .map(error -> new ThrownError(
                        error.type(),
                        error.message() == null ? null : error.message().replace("\n  ", "\n"),
                        error.frames().stream()
                                .map(frame -> new TraceFrame(frame.className(), frame.method(), null, frame.line()))
                                .toList(),
                        error.suppressed().stream()
                                .map(StackTraceParserTest::withoutFiles)
                                .toList()))
                .toList());
    }

    @Test
    void frames_areReadInAllForms() {
        StackTraceModel model = StackTraceModel.parse("""
                java.lang.IllegalStateException: no
                \tat java.base/java.util.Optional.get(Optional.java:143)
                \tat java.base@17.0.15/java.util.Optional.get(Optional.java:143)
                \tat app//com.acme.Shop.open(Shop.java:12) ~[shop-1.0.jar:1.0]
                \tat app/acme.shop@1.2/com.acme.Shop.open(Shop.java)
                    at com.acme.Shop.<init>(Unknown Source)
                \tat com.acme.Shop.native0(Native Method)
                \tat com.acme.Shop$$SpringCGLIB$$0.open(<generated>)
                \tat com.acme.Shop$$Lambda$30/0x0000000800c009f0.apply(Unknown Source)
                \tat com.acme.ShopTest.opens, when asked(ShopTest.kt:3)
                \tat com.acme.Shop.far(Shop.java:99999999999)
                """);

        assertThat(model.outermost().frames())
                .containsExactly(
                        new TraceFrame("java.util.Optional", "get", "Optional.java", 143),
                        new TraceFrame("java.util.Optional", "get", "Optional.java", 143),
                        new TraceFrame("com.acme.Shop", "open", "Shop.java", 12),
                        new TraceFrame("com.acme.Shop", "open", "Shop.java", 0),
                        new TraceFrame("com.acme.Shop", "<init>", null, 0),
                        new TraceFrame("com.acme.Shop", "native0", null, 0),
                        new TraceFrame("com.acme.Shop$$SpringCGLIB$$0", "open", "<generated>", 0),
                        new TraceFrame("com.acme.Shop$$Lambda$30/0x0000000800c009f0", "apply", null, 0),
                        new TraceFrame("com.acme.ShopTest", "opens, when asked", "ShopTest.kt", 3),
                        new TraceFrame("com.acme.Shop", "far", "Shop.java", 0));
    }

    @Test
    void message_mayLookLikeMuch() {
        StackTraceModel model = StackTraceModel.parse("""
                com.fasterxml.jackson.core.JsonParseException: Unexpected character: ':' was expected
                 at [Source: (String)"{a}"; line: 1, column: 2]
                at the end (really)
                ... 3 dots more or less
                \tat com.acme.Shop.open(Shop.java:12)
                """);

        assertThat(model.causes()).hasSize(1);
        assertThat(model.outermost().type()).isEqualTo("com.fasterxml.jackson.core.JsonParseException");
        assertThat(model.outermost().message())
                .startsWith("Unexpected character: ':' was")
                .contains("at the end (really)");
        assertThat(model.outermost().frames()).hasSize(1);
    }

    @Test
    void sharedFrames_areThoseOfTheEnclosing() {
        StackTraceModel model = StackTraceModel.parse("""
                a.Outer: x
                \tat a.A.a(A.java:1)
                \tat a.B.b(B.java:2)
                \tat a.C.c(C.java:3)
                Caused by: a.Inner
                \tat a.D.d(D.java:4)
                \t... 2 more
                Caused by: a.Innermost
                \t... 1 common frames omitted
                """);

        assertThat(model.causes().get(1).frames())
                .extracting(TraceFrame::method)
                .containsExactly("d", "b", "c");
        assertThat(model.causes().get(2).frames())
                .extracting(TraceFrame::method)
                .containsExactly("c");
    }

    @Test
    void rootCauseFirst_isTurnedAround() {
        StackTraceModel model = StackTraceModel.parse("""
                java.io.IOException: root
                \tat a.D.d(D.java:4)
                \t... 2 common frames omitted
                Wrapped by: a.Outer: x
                \tat a.A.a(A.java:1)
                \tat a.B.b(B.java:2)
                \tat a.C.c(C.java:3)
                """);

        assertThat(model.causes()).extracting(ThrownError::type).containsExactly("a.Outer", "java.io.IOException");
        assertThat(model.causes().get(1).frames())
                .extracting(TraceFrame::method)
                .containsExactly("d", "b", "c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.acme.OrderException: no\n",
                "Exception in thread \"main\" com.acme.OrderException: no\r\n",
                "2026-11-30 10:00:01,000 ERROR [http-1] c.acme.Shop - it failed: com.acme.OrderException: no\n",
                "2026-11-30 10:00:01,000 ERROR [http-1] c.acme.Shop - it failed\ncom.acme.OrderException: no\n",
                "\n\n  com.acme.OrderException:   no  \n"
            })
    void header_isFoundBehindWhatLogsWrite(String header) {
        StackTraceModel model = StackTraceModel.parse(header + "\tat com.acme.Shop.open(Shop.java:12)");

        assertThat(model.outermost().toString()).isEqualTo("com.acme.OrderException: no");
        assertThat(model.outermost().frames()).hasSize(1);
    }

    @Test
    void secondTrace_isNotRead() {
        StackTraceModel model = StackTraceModel.parse("""
                java.io.IOException: first
                \tat a.A.a(A.java:1)
                10:00 INFO going on
                java.io.IOException: second
                \tat b.B.b(B.java:1)
                """);

        assertThat(model.causes()).extracting(ThrownError::message).containsExactly("first");
        assertThat(model.outermost().frames()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "   ", "hello", "Caused by: ", "... 3 more", "at ", "at (", "Suppressed: ", "\tat a(b)"})
    void anyText_isSomeTrace(String text) {
        assertThat(StackTraceModel.parse(text).causes()).isNotEmpty();
    }

    @Test
    void framesWithoutHeader_areThoseOfSomeThrowable() {
        StackTraceModel model = StackTraceModel.parse("\tat com.acme.Shop.open(Shop.java:12)\n");

        assertThat(model.outermost())
                .isEqualTo(new ThrownError(
                        "java.lang.Throwable",
                        null,
                        List.of(new TraceFrame("com.acme.Shop", "open", "Shop.java", 12))));
    }

    @Test
    void deepNesting_isBounded() {
        StringBuilder text = new StringBuilder("java.io.IOException\n\tat a.A.a(A.java:1)\n");
        for (int depth = 1; depth < 2_000; depth++) {
            text.append("\t".repeat(depth))
                    .append("Suppressed: java.io.IOException: ")
                    .append(depth)
                    .append('\n');
            text.append("\t".repeat(depth)).append("\tat a.A.a(A.java:1)\n");
        }

        int depth = 0;
        StackTraceModel model = StackTraceModel.parse(text.toString());
        while (!model.outermost().suppressed().isEmpty()) {
            model = model.outermost().suppressed().get(0);
            depth++;
        }

        assertThat(depth).isEqualTo(63);
        assertThat(model.outermost().frames()).hasSize(1);
    }

    @Test
    void hugeText_isBounded() {
        String frames = "\tat a.A.a(A.java:1)\n".repeat(5_000);
        String text = "java.io.IOException: " + "m".repeat(100_000) + "\n" + frames
                + ("Caused by: java.io.IOException\n" + frames + "\t... 4000 more\n").repeat(100);

        StackTraceModel model = StackTraceModel.parse(text);

        assertThat(model.causes()).hasSize(64);
        assertThat(model.outermost().message()).hasSize(ThrownError.MAX_MESSAGE);
        assertThat(model.causes())
                .allSatisfy(error -> assertThat(error.frames()).hasSizeLessThanOrEqualTo(256));
    }

    static String printed(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
