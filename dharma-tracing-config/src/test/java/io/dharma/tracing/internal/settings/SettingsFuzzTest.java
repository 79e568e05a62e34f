package io.dharma.tracing.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Whatever somebody writes into the settings: what is taken could have been set by code as well, and what is not is told
 * in a line that is short, printable and without secrets.
 */
class SettingsFuzzTest {

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029\\u202a-\\u202e]");

    @FuzzTest
    void file(byte[] content) {
        SettingsFile file = SettingsFile.of("dharma-tracing.properties", content);
        Map<String, String> properties = new HashMap<>();
        Map<String, String> environment = new HashMap<>();
        for (SettingsFile.Line line : file.lines()) {
            // Would go on to read whatever file of this machine it names.
            if (!line.name().equals(Keys.CONFIG_FILE.name()) && !line.name().equals(Keys.CONFIG_FILE.variable())) {
                properties.put(line.name(), line.value());
                environment.put(line.name(), line.value());
            }
        }
        Settings settings = new Settings();
        List<Problem> problems = new ArrayList<>();

        new SourceReader(settings, problems).read(new Sources(environment, properties, new NoFiles()));

        problems.forEach(SettingsFuzzTest::assertTellable);
        file.problems().forEach(SettingsFuzzTest::assertTellable);
        Keys.all().forEach(key -> assertCodeCouldHaveSetIt(key, settings));
        String described = settings.describe();
        assertThat(described.length()).isLessThanOrEqualTo(6 * content.length + 10_000);
        assertThat(described.replace("\n", "")).doesNotContainPattern(UNPRINTABLE);
    }

    private static void assertTellable(Problem problem) {
        assertThat(problem.toString()).hasSizeLessThan(3_000).doesNotContainPattern(UNPRINTABLE);
        for (Key<?> key : Keys.all()) {
            boolean isMeant =
                    problem.setting().equals(key.name()) || problem.setting().equals(key.variable());
            if (isMeant && key.type().isSecret()) {
                assertThat(problem.value()).isNull();
            }
        }
    }

    private static <T> void assertCodeCouldHaveSetIt(Key<T> key, Settings settings) {
        Setting<T> setting = settings.find(key);
        if (setting != null) {
            // Throws if not.
            key.type().check(setting.value());
        }
    }

    /** No file of the build's class path shall answer for what the fuzzer did not write. */
    private static final class NoFiles extends ClassLoader {

        NoFiles() {
            super(null);
        }
    }
}
