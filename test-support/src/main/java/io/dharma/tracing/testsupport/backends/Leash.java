package io.dharma.tracing.testsupport.backends;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends a process with the JVM that started it, however that JVM ends.
 *
 * <p>A shell is put in between. It is the process's parent, so that the id which it kills belongs to nobody else, and it
 * kills as soon as its standard input ends: the other end of that pipe closes with the JVM, a kill -9 included.
 */
final class Leash {

    private static final String SCRIPT = """
            home=$1
            shift
            exec 3<&0
            "$@" </dev/null 3<&- &
            led=$!
            { read -r _ <&3; trap '' TERM; kill -9 "$led"; rm -rf "$home"; } &
            wait "$led"
            status=$?
            kill "$!" 2>/dev/null
            exit "$status"
            """;

    private Leash() {}

    /**
     * The command that runs {@code command} for as long as somebody holds the other end of its standard input, and when
     * nobody does deletes its {@code home}. Who ends the process otherwise deletes for himself.
     */
    static List<String> command(Path home, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "leash", home.toString()));
        whole.addAll(command);
        return whole;
    }
}
