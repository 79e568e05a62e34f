package io.dharma.tracing.internal.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How to send over OTLP: once for all signals, and once for each of them, which goes before the former. */
public record OtlpKeys(
        Key<String> endpoint,
        Key<Map<String, String>> headers,
        Key<Duration> timeout,
        Key<String> compression,
        Key<String> protocol,
        Key<Path> certificate,
        Key<Path> clientCertificate,
        Key<Path> clientKey) {

    static OtlpKeys forAll() {
        return of(
                "otel.exporter.otlp.",
                "A collector's base URL; `/v1/traces`, `/v1/metrics` and `/v1/logs` are appended.",
                true);
    }

    static OtlpKeys forSignal(String signal) {
        return of(
                "otel.exporter.otlp." + signal + ".",
                "Where " + signal + " go: the whole URL, path included; goes before that for all signals.",
                false);
    }

    private static OtlpKeys of(String prefix, String endpoint, boolean forAll) {
        return new OtlpKeys(
                key(
                        prefix + "endpoint",
                        Types.URL,
                        null,
                        forAll
                                ? "`http://localhost:4318`, with `grpc` `http://localhost:4317`, if `otlp` is chosen"
                                : "that for all signals",
                        endpoint),
                key(prefix + "headers", Types.HEADERS, null, inheritedOr(forAll, "none"), "Headers of each request."),
                key(
                        prefix + "timeout",
                        Types.POSITIVE_DURATION,
                        forAll ? "5s" : null,
                        inheritedOr(forAll, ""),
                        "How long one whole exchange may take."),
                key(
                        prefix + "compression",
                        Types.oneOf(List.of("gzip", "none"), List.of()),
                        forAll ? "gzip" : null,
                        inheritedOr(forAll, ""),
                        "Whether requests are compressed."),
                key(
                        prefix + "protocol",
                        Types.oneOf(List.of("http/protobuf", "grpc"), List.of("http/json")),
                        forAll ? "http/protobuf" : null,
                        inheritedOr(forAll, ""),
                        "`grpc` needs a gRPC sender on the class path."),
                key(
                        prefix + "certificate",
                        Types.FILE,
                        null,
                        inheritedOr(forAll, "the JDK's"),
                        "The authorities to trust, as a PEM file."),
                key(
                        prefix + "client.certificate",
                        Types.FILE,
                        null,
                        inheritedOr(forAll, "none"),
                        "The certificate to show (mTLS), as a PEM file."),
                key(
                        prefix + "client.key",
                        Types.FILE,
                        null,
                        inheritedOr(forAll, "none"),
                        "Its private key, unencrypted PKCS #8, as a PEM file."));
    }

    private static String inheritedOr(boolean forAll, String defaultMeaning) {
        return forAll ? defaultMeaning : "that for all signals";
    }

    private static <T> Key<T> key(
            String name, Type<T> type, @Nullable String defaultText, String defaultMeaning, String description) {
        return Keys.key(Section.OTLP, name, type, defaultText, defaultMeaning, description);
    }
}
