package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class HttpPeerTest {

    private static final byte[] NOTHING = new byte[0];

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private HttpPeer peer;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("X-Key") + " " + body);
            boolean elsewhere = exchange.getRequestURI().getPath().endsWith("/moved");
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(elsewhere ? 307 : 200, 10);
            exchange.getResponseBody().write(new byte[10]);
            exchange.close();
        });
        server.start();
        peer = HttpPeer.at(
                HttpEndpoint.builder("http://127.0.0.1:" + server.getAddress().getPort() + "/base/")
                        .header("X-Key", "ours")
                        .build());
    }

    @AfterEach
    void stop() {
        peer.close();
        server.stop(0);
    }

    @Test
    void request_goesBelowTheUrlByAnyMethod() throws Exception {
        for (String method : List.of("GET", "PUT", "DELETE", "HEAD")) {
            assertThat(ask(method, "/a?b=c%20d", NOTHING, 10).isSuccess()).isTrue();
        }
        assertThat(ask("POST", "", "text".getBytes(StandardCharsets.UTF_8), 10).body())
                .hasSize(10);

        assertThat(requests)
                .containsExactly(
                        "GET /base/a?b=c%20d ours ",
                        "PUT /base/a?b=c%20d ours ",
                        "DELETE /base/a?b=c%20d ours ",
                        "HEAD /base/a?b=c%20d ours ",
                        "POST /base ours text");
    }

    @Test
    void answer_thatIsLongerThanWantedIsNone() {
        assertThatThrownBy(() -> ask("GET", "/", NOTHING, 9)).hasCauseInstanceOf(HttpPeer.AnswerTooLong.class);
    }

    @Test
    void redirect_isAnAnswer() throws Exception {
        HttpPeer.Answer answer = ask("GET", "/moved", NOTHING, 10);

        assertThat(answer.status()).isEqualTo(307);
        assertThat(peer.verdict(answer)).isInstanceOf(Delivery.Refused.class);
        assertThat(requests).hasSize(1);
    }

    @Test
    void path_thatIsNoneIsNotShown() {
        assertThatThrownBy(() -> ask("GET", "/ secret", NOTHING, 10))
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    private HttpPeer.Answer ask(String method, String target, byte[] body, int limit) throws Exception {
        return peer.ask(method, target, Map.of("X-Key", "theirs"), body, limit).get(10, TimeUnit.SECONDS);
    }
}
