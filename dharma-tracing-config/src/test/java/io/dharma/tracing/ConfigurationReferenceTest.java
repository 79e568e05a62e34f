package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.settings.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationReferenceTest {

    private static final String BEGIN = "<!-- all keys: written by the build, from the registry -->\n";

    @Test
    void configurationPage_listsAllKeysAsTheyAre() throws IOException {
        Path page = Path.of(System.getProperty("test.docs", "../docs"), "configuration.md");
        String text = Files.readString(page);
        String upToDate = text.substring(0, text.indexOf(BEGIN) + BEGIN.length()) + Reference.tables();

        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(page, upToDate);
        }

        assertThat(Files.readString(page))
                .as(
                        "docs/configuration.md is stale; write it by mvn verify -pl dharma-tracing-config -am"
                                + " -Dtest=ConfigurationReferenceTest -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true")
                .isEqualTo(upToDate);
    }
}
