package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpSinks;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.testsupport.TestCertificates;
import io.dharma.tracing.testsupport.faults.Fault;
import io.dharma.tracing.testsupport.faults.FaultProxy;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OTLP over HTTP. */
class OtlpFaultMatrixIT extends FaultMatrix {

    private final OtlpReceiver receiver = OtlpReceiver.start();

    @AfterEach
    void close() {
        receiver.close();
    }

    @Override
    URI receiver() {
        return receiver.tracesEndpoint();
    }

    @Override
    Sink<SpanData> sink(HttpEndpoint endpoint) {
        return OtlpSinks.spans(endpoint);
    }

    @Override
    Collection<String> arrived(String traceId) {
        return Spans.ids(receiver);
    }

    @Test
    void tls_thatDoesNotMatchSendsNothingAndPauses(@TempDir Path directory) throws IOException {
        TestCertificates ours = TestCertificates.in(Files.createDirectory(directory.resolve("ours")));
        TestCertificates stranger = TestCertificates.in(Files.createDirectory(directory.resolve("stranger")));
        var wrongHost = ours.issue("wrong-host", "-ext", "san=dns:other.example");
        List<Fault> mismatches = List.of(
                Fault.certificate(stranger.contextFor(stranger.server())),
                Fault.certificate(ours.contextFor(wrongHost)),
                Fault.plaintext());
        try (OtlpReceiver secure = OtlpReceiver.startTls(ours.contextFor(ours.server()));
                FaultProxy proxy = FaultProxy.to(secure.tracesEndpoint())) {
            HttpEndpoint endpoint = HttpEndpoint.builder(proxy.uri().toString())
                    // A handshake is slow the first time, and it is not time that is tested here.
                    .timeout(DeliveryRig.EXCHANGE.multipliedBy(10))
                    .tls(TlsSettings.builder()
                            .trustedCertificates(ours.authorityPem())
                            .build())
                    .build();
            for (Fault mismatch : mismatches) {
                int before = secure.requests().size();
                proxy.set(mismatch);
                try (DeliveryRig rig = DeliveryRig.to(OtlpSinks.spans(endpoint))) {
                    rig.emit(5);
                    rig.awaitState(SinkState.PAUSED);
                    assertThat(secure.requests())
                            .as("sent in spite of %s", mismatch)
                            .hasSize(before);

                    proxy.set(Fault.pass());
                    rig.awaitDelivered();
                    assertThat(rig.sink().delivered()).isEqualTo(5);
                    assertThat(rig.sink().droppedTotal()).isZero();
                }
            }
        }
    }
}
