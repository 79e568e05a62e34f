package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application gets onto its class path by depending on this module. */
class FootprintTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "okhttp3.OkHttpClient",
                "okio.Okio",
                "kotlin.Unit",
                "io.opentelemetry.api.incubator.trace.ExtendedTracer",
                "io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk"
            })
    void classPath_holdsNothingOf(String className) {
        ClassLoader loader = FootprintTest.class.getClassLoader();

        assertThat(loader.getResource(className.replace('.', '/') + ".class")).isNull();
    }

    @Test
    void classPath_holdsNoJarOfOkHttpOrKotlin() {
        assertThat(System.getProperty("java.class.path")).doesNotContain("okhttp", "okio", "kotlin");
    }
}
