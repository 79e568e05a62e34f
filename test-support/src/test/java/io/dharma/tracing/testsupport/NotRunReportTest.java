package io.dharma.tracing.testsupport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class NotRunReportTest {

    @Test
    void report_namesEachTestThatDidNotRunAndSaysWhy() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Various.class))
                .build();

        LauncherConfig alone = LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .build();
        LauncherFactory.create(alone).execute(request, new NotRunReport(new PrintStream(printed, true, UTF_8)));

        assertThat(printed.toString(UTF_8).lines())
                .containsExactlyInAnyOrder(
                        "NOT RUN: " + Various.class.getName() + ".needsAnother: only elsewhere",
                        "NOT RUN: " + Various.class.getName() + ".givesUp: Assumption failed: no engine");
    }

    /** Run by the test above only: its name is not that of a test. */
    static class Various {

        @Test
        void runs() {}

        @Test
        @ExtendWith(Nowhere.class)
        void needsAnother() {}

        @Test
        void givesUp() {
            Assumptions.assumeTrue(false, "no engine");
        }
    }

    private static final class Nowhere implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return ConditionEvaluationResult.disabled("only elsewhere");
        }
    }
}
