package io.dharma.tracing.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.testsupport.ChildJvm;
import io.dharma.tracing.testsupport.ManualClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several real processes with one directory. */
@Timeout(120)
class SpoolProcessesIT {

    @TempDir
    Path directory;

    private final List<Process> children = new ArrayList<>();

    @AfterEach
    void killChildren() throws InterruptedException {
        for (Process child : children) {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void livingProcess_isLeftAlone_andInheritedFromWhenItIsDead() throws Exception {
        Process writer = start("write", "w");
        BufferedReader said = output(writer);
        long flushed = Long.parseLong(said.readLine());
        ManualClock clock = ManualClock.create();
        Spool<String> spool =
                Spool.builder(directory, TextCodec.INSTANCE).clock(clock).build();
        try {
            Journal.Reader<String> reader = spool.reader("otlp");
            for (int i = 0; i < 20; i++) {
                assertThat(Spools.inheritedTexts(reader)).isEmpty();
                clock.advance(Duration.ofSeconds(5));
                flushed = Long.parseLong(said.readLine());
            }
            assertThat(Spools.inheritedTexts(reader)).isEmpty();
            assertThat(writer.isAlive()).isTrue();

            writer.destroyForcibly().waitFor();
            assertThat(Spools.inheritedTexts(reader))
                    .as("not looked for again yet")
                    .isEmpty();
            clock.advance(Duration.ofSeconds(5));

            List<String> inherited = Spools.inheritedTexts(reader);
            assertThat(inherited).hasSizeGreaterThanOrEqualTo((int) flushed).doesNotHaveDuplicates();
        } finally {
            spool.close();
        }
    }

    /** Locks belong to a process, and closing a locked file anywhere in it gives the lock up. */
    @Test
    void severalSpoolsOfOneProcess_areAllLeftAloneByOthers() throws Exception {
        ManualClock clock = ManualClock.create();
        List<Spool<String>> spools = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Spool<String> spool = Spool.builder(directory, TextCodec.INSTANCE)
                        .clock(clock)
                        .build();
                spools.add(spool);
                Journal.Reader<String> unused = spool.reader("otlp");
                spool.append("mine", Priority.NORMAL);
                spool.flush();
            }
            for (Spool<String> spool : spools) {
                clock.advance(Duration.ofMinutes(1));
                assertThat(Spools.inheritedTexts(spool.reader("otlp"))).isEmpty();
            }
            Process other = start("inherit");
            BufferedReader said = output(other);
            assertThat(said.readLine()).isEqualTo("ready");
            other.getOutputStream().write('\n');
            other.getOutputStream().flush();

            assertThat(said.readLine()).as("nothing to inherit").isEqualTo("done");
        } finally {
            spools.forEach(Spool::close);
        }
    }

    @Test
    void severalHeirs_eachRecordGoesToExactlyOne() throws Exception {
        long flushed = 0;
        for (String name : List.of("a", "b", "c")) {
            Process writer = start("write", name);
            flushed += Long.parseLong(output(writer).readLine());
            writer.destroyForcibly().waitFor();
        }
        List<Process> heirs = new ArrayList<>();
        List<BufferedReader> outputs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            heirs.add(start("inherit"));
            outputs.add(output(heirs.get(i)));
            assertThat(outputs.get(i).readLine()).isEqualTo("ready");
        }
        for (Process heir : heirs) {
            heir.getOutputStream().write('\n');
            heir.getOutputStream().flush();
        }
        List<String> delivered = new ArrayList<>();
        for (BufferedReader output : outputs) {
            for (String line = output.readLine(); !"done".equals(line); line = output.readLine()) {
                assertThat(line).isNotNull();
                delivered.add(line);
            }
        }

        assertThat(delivered).hasSizeGreaterThanOrEqualTo((int) flushed).doesNotHaveDuplicates();
    }

    private Process start(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(1, directory.toString());
        Process child = new ChildJvm().start(SpoolChild.class, all.toArray(String[]::new));
        children.add(child);
        return child;
    }

    private static BufferedReader output(Process child) {
        return new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    }
}
