package io.dharma.tracing.testsupport.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillableCollectorTest {

    @TempDir
    private Path directory;

    @Test
    void arrived_holdsWhatCameBeforeAndAfterAKill() throws Exception {
        Path file = directory.resolve("ids");
        try (KillableCollector collector = KillableCollector.start(file)) {
            assertThat(post(collector, 3, 1)).isEqualTo(200);

            collector.kill();
            assertThatThrownBy(() -> post(collector, 7)).isInstanceOf(ConnectException.class);
            // What a kill in the middle of a write leaves behind.
            Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
            assertThat(collector.arrived()).containsExactly(1, 3);

            collector.restart();
            assertThat(post(collector, 2, 3)).isEqualTo(200);
            assertThat(collector.arrived()).containsExactly(1, 2, 3, 3);
        }
    }

    private static int post(KillableCollector collector, long... ids) throws IOException, InterruptedException {
        ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
        for (long id : ids) {
            request.addResourceSpansBuilder()
                    .addScopeSpansBuilder()
                    .addSpansBuilder()
                    .setSpanId(ByteString.copyFrom(
                            ByteBuffer.allocate(Long.BYTES).putLong(id).flip()));
        }
        HttpRequest post = HttpRequest.newBuilder(collector.uri())
                .POST(HttpRequest.BodyPublishers.ofByteArray(request.build().toByteArray()))
                .build();
        // A client of its own each time: an old connection would only say that it was reset.
        return HttpClient.newHttpClient().send(post, BodyHandlers.discarding()).statusCode();
    }
}
