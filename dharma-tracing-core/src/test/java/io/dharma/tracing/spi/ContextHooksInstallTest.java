package io.dharma.tracing.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.ChildJvm;
import org.junit.jupiter.api.Test;

class ContextHooksInstallTest {

    private static final String SPAN_ID = "b7ad6b7169203331";

    @Test
    void hook_hearsOfEveryScopeWhenItComesBeforeTheFirstUse() throws Exception {
        assertThat(new ChildJvm().run(HookProbe.class, "register").lines())
                .containsExactly(
                        "installed=true", "foreign=false", "makeCurrent=" + SPAN_ID, "attach=" + SPAN_ID, "after=null");
    }

    @Test
    void hook_leavesRoomForWrappersAddedAfterIt() throws Exception {
        assertThat(new ChildJvm().run(HookProbe.class, "register", "wrap").lines())
                .containsExactly(
                        "installed=true", "foreign=true", "makeCurrent=" + SPAN_ID, "attach=" + SPAN_ID, "after=null");
    }

    @Test
    void hook_thatComesTooLateSaysSoAndStillHearsOfOurOwnScopes() throws Exception {
        assertThat(new ChildJvm()
                        .run(HookProbe.class, "wrap", "use", "register")
                        .lines())
                .containsExactly(
                        "installed=false", "foreign=true", "makeCurrent=null", "attach=" + SPAN_ID, "after=null");
    }

    @Test
    void hook_isHarmlessWithoutALoggingBackend() throws Exception {
        assertThat(new ChildJvm()
                        .without("logback")
                        .run(HookProbe.class, "register")
                        .lines())
                .contains("installed=true", "attach=null", "after=null")
                .noneMatch(line -> line.contains("Exception"));
    }
}
