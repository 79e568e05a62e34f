package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Nobody can reach the process through us: whatever is on, no socket of ours waits for connections or datagrams. */
@ExtendWith(LeakCheck.class)
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux tells what a process listens on by files")
class NothingListensTest {

    private static final Path PROC = Path.of("/proc/self");

    /** The state of a TCP socket that listens, in the kernel's own numbers. */
    private static final String LISTENS = "0A";

    private static final String SOCKET = "socket:[";

    @TempDir
    Path home;

    @Test
    void everythingOn_listensNowhere() throws Exception {
        Set<String> before = listening();
        String nobody = "http://127.0.0.1:1";
        try (DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                .service("checkout")
                .otlp(nobody)
                .closeTimeout(Duration.ofMillis(500))
                .metrics(m -> m.interval(Duration.ofMillis(100)))
                .delivery(d -> d.spool(home.resolve("spool")))
                .tracing(t -> t.otlp(nobody)
                        .zipkin(nobody + "/api/v2/spans")
                        .keepErrors()
                        .store(home.resolve("store")))
                .build())) {
            for (int i = 0; i < 10; i++) {
                dharma.tracedRun("place-order", order -> {});
                boolean unused = dharma.flush(Duration.ofMillis(100));
                assertThat(listening()).isEqualTo(before);
            }
        }
    }

    /** The look itself: what does listen is seen. */
    @Test
    void socketThatListens_isFound() throws IOException {
        Set<String> before = listening();
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(listening()).hasSize(before.size() + 1);
        }
    }

    /** The inodes of this process's sockets that anybody may send to. */
    private static Set<String> listening() throws IOException {
        Set<String> found = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            lines(table).filter(line -> line[3].equals(LISTENS)).forEach(line -> found.add(line[9]));
        }
        for (String table : List.of("udp", "udp6")) {
            lines(table).forEach(line -> found.add(line[9]));
        }
        found.retainAll(ownSockets());
        return found;
    }

    private static Stream<String[]> lines(String table) throws IOException {
        Path file = PROC.resolve("net").resolve(table);
        return Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .skip(1)
                        .map(line -> line.strip().split("\\s+"))
                : Stream.empty();
    }

    private static Set<String> ownSockets() throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> open = Files.list(PROC.resolve("fd"))) {
            open.map(NothingListensTest::target)
                    .filter(target -> target.startsWith(SOCKET))
                    .forEach(target -> inodes.add(target.substring(SOCKET.length(), target.length() - 1)));
        }
        return inodes;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
