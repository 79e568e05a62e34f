package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupingHarnessTest {

    @TempDir
    private Path directory;

    private Path out;

    @BeforeEach
    void setOut() {
        out = directory.resolve("out.tsv");
    }

    @Test
    void sets_areFingerprintedLineByLine() throws IOException {
        Files.writeString(
                directory.resolve("projects-in-app.json"), "{ \"Acme\" : [ \"com.acme.sh\" ],\n\"Other\":[] }");
        Files.writeString(directory.resolve("b.jsonl"), """
                {"id": "3", "project": "Acme", "text": "a.E\\n\\tat lib.L.l(L.java:9)\\n\\tat com.acme.shop.S.s(S.java:1)"}
                """);
        Files.writeString(directory.resolve("a.jsonl"), """
                {"id": "1", "project": "Acme", "label": 7, "text": "a.E: \\u0041\\n\\tat com.acme.shop.S.s(S.java:1)"}

                {"id":"2","project":"Acme","text":"a.E\\n\\tat com.acme.shop.S.s(S.java:2)","extra":[null,true]}
                """);

        GroupingHarness.main("sets=" + directory, "names=", "out=" + out);

        List<String[]> rows = Files.readAllLines(out).stream()
                .map(line -> line.split("\t", -1))
                .toList();
        assertThat(rows).extracting(row -> row[0]).containsExactly("1", "2", "3");
        assertThat(rows.get(2)[1]).isEqualTo(rows.get(0)[1]).isNotEqualTo(rows.get(1)[1]);
        assertThat(rows.get(2)[2]).isEqualTo(rows.get(0)[2]).isEqualTo(rows.get(1)[2]);
    }

    @Test
    void names_areNormalisedRowByRow() throws IOException {
        Path names = Files.writeString(
                directory.resolve("names.tsv"),
                "# family\tclass\tmethod\tsource\nguice\ta.B$$FastClassByGuice$$1\tlambda$go$0\tmemory\nown\ta.B\tgo\n");

        GroupingHarness.main("sets=", "names=" + names, "out=" + out);

        assertThat(Files.readAllLines(out)).containsExactly("a.B\tlambda$go", "a.B\tgo");
    }

    @Test
    void missingArguments_areNamed() {
        assertThatThrownBy(() -> GroupingHarness.main("sets=", "names=", "out="))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("say -Dgrouping.out=FILE and -Dgrouping.sets=DIR or -Dgrouping.names=NAMES.tsv");
    }
}
