package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who a server that refuses to be root runs as.
 *
 * @param other null where we are not root and it may run as we do
 */
record ServerUser(@Nullable Account other) {

    private static final Path ACCOUNTS = Path.of("/etc/passwd");

    /** A line of the list of accounts. */
    record Account(String name, int uid, int gid) {

        static Stream<Account> parse(String line) {
            String[] fields = line.split(":", -1);
            return fields.length < 7
                    ? Stream.empty()
                    : Stream.of(new Account(fields[0], Integer.parseInt(fields[2]), Integer.parseInt(fields[3])));
        }
    }

    /** Ourselves; or, if we are root, {@code nobody} or else the last account of the list. */
    static ServerUser notRoot(Path anyFileOfOurs) throws IOException {
        if (!Integer.valueOf(0).equals(Files.getAttribute(anyFileOfOurs, "unix:uid"))) {
            return new ServerUser(null);
        }
        try (Stream<String> lines = Files.lines(ACCOUNTS)) {
            return lines.flatMap(Account::parse)
                    .filter(account -> account.uid() != 0)
                    .max(Comparator.comparing(account -> account.name().equals("nobody")))
                    .map(ServerUser::new)
                    .orElseThrow(() -> new IOException("no account but root's in " + ACCOUNTS));
        }
    }

    /** The command that runs {@code command} as this user. */
    List<String> command(List<String> command) throws IOException {
        if (other == null) {
            return command;
        }
        List<String> whole = new ArrayList<>();
        if (isInstalled("setpriv")) {
            whole.addAll(List.of("setpriv", "--reuid=" + other.uid(), "--regid=" + other.gid(), "--clear-groups"));
            whole.addAll(command);
        } else if (isInstalled("su")) {
            whole.addAll(List.of("su", "-s", "/bin/sh", other.name(), "-c", "exec " + quoted(command)));
        } else {
            throw new IOException("needs setpriv or su to run as another user than root");
        }
        return whole;
    }

    /** Makes this user the owner of a tree. */
    void give(Path tree) throws IOException {
        if (other == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.setAttribute(file, "unix:uid", other.uid(), LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", other.gid(), LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    /** Whether this user may run that program; root's own home is closed to others, and a JDK may lie there. */
    boolean canRun(Path program) throws IOException {
        try {
            return new ProcessBuilder(
                                    command(List.of("/bin/sh", "-c", "test -x " + quoted(List.of(program.toString())))))
                            .start()
                            .waitFor()
                    == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static String quoted(List<String> command) {
        StringBuilder line = new StringBuilder();
        for (String word : command) {
            line.append(" '").append(word.replace("'", "'\\''")).append('\'');
        }
        return line.substring(1);
    }
}
