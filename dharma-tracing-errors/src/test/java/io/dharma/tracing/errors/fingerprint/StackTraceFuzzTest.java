package io.dharma.tracing.errors.fingerprint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Whatever a text says that was thrown: it is read within the bounds, has a fingerprint, always the same, and an
 * explanation that can be printed; and its frames, printed, can be read again.
 */
class StackTraceFuzzTest {

    private static final Pattern ID = Pattern.compile("v1-[0-9a-f]{32}");

    private static final List<Fingerprinter> FINGERPRINTERS = List.of(
            Fingerprinter.builder().inApp("a", "com.acme*").lines(frame -> 1).build(),
            Fingerprinter.builder().lines(LineLookup.NONE).build());

    @DictionaryEntries({
        "java.lang.StackOverflowError: ",
        "java.util.concurrent.ExecutionException: ",
        "at a.A.a(A.java:1)",
        "at java.base@17/java.util.List.of(List.java:5)",
        "Caused by: ",
        "Wrapped by: ",
        "Suppressed: ",
        "... 3 more",
        "[CIRCULAR REFERENCE: ",
        "Exception in thread ",
        "$$Lambda$1/0x1.",
        "$$SpringCGLIB$$0",
        "lambda$a$0",
        "__12",
        "'a' [b] {c}"
    })
    @FuzzTest
    void text(byte[] bytes) {
        StackTraceModel trace = StackTraceModel.parse(new String(bytes, UTF_8));

        assertThat(trace.causes()).hasSizeBetween(1, 64);
        trace.causes().forEach(StackTraceFuzzTest::assertBounded);
        for (Fingerprinter fingerprinter : FINGERPRINTERS) {
            Fingerprint fingerprint = fingerprinter.fingerprint(trace);

            assertThat(List.of(fingerprint.group(), fingerprint.family(), fingerprint.exact()))
                    .allMatch(ID.asMatchPredicate());
            assertThat(fingerprint.explanation().toString())
                    .hasSizeLessThan(20_000)
                    .doesNotContainPattern("\\p{Cntrl}");
            assertThat(fingerprinter.fingerprint(trace)).isEqualTo(fingerprint);
        }
        assertNamesAreBounded(trace);
    }

    private static void assertBounded(ThrownError error) {
        assertThat(error.type()).hasSizeLessThanOrEqualTo(1024);
        assertThat(error.message() == null ? "" : error.message()).hasSizeLessThanOrEqualTo(8192);
        assertThat(error.frames()).hasSizeLessThanOrEqualTo(256);
        assertThat(error.suppressed()).hasSizeLessThanOrEqualTo(64);
        assertThat(error.frames())
                .allSatisfy(frame -> assertThat(frame.className()).isNotEmpty().hasSizeLessThanOrEqualTo(1024));
    }

    private static void assertNamesAreBounded(StackTraceModel trace) {
        for (TraceFrame frame : trace.outermost().frames()) {
            assertThat(GeneratedNames.className(frame.className())).hasSizeLessThanOrEqualTo(1024);
            assertThat(GeneratedNames.method(frame.method())).hasSizeLessThanOrEqualTo(1024);
            assertThat(FrameLine.parse("at " + frame)).isNotNull();
        }
    }
}
