package io.dharma.tracing;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpSignal;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.internal.settings.Key;
import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.internal.settings.Origin;
import io.dharma.tracing.internal.settings.OtlpKeys;
import io.dharma.tracing.internal.settings.Problem;
import io.dharma.tracing.internal.settings.Setting;
import io.dharma.tracing.internal.settings.Settings;
import io.dharma.tracing.internal.settings.Urls;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where a signal is to be sent, and how.
 *
 * <p>What is set for a signal goes before what is set for all of them, as OpenTelemetry has it, except that code goes
 * before everything.
 */
final class Targets {

    private static final Setting<String> LOCAL_HTTP = new Setting<>("http://localhost:4318", Origin.DEFAULT);
    private static final Setting<String> LOCAL_GRPC = new Setting<>("http://localhost:4317", Origin.DEFAULT);

    private final Settings settings;
    private final Extras extras;
    private final List<Problem> problems;
    private final List<Finding> findings;

    Targets(Settings settings, Extras extras, List<Problem> problems, List<Finding> findings) {
        this.settings = settings;
        this.extras = extras;
        this.problems = problems;
        this.findings = findings;
    }

    /** Null if something about it is wrong, which is then noted. */
    Plan.@Nullable Target zipkin() {
        Setting<String> endpoint = settings.get(Keys.ZIPKIN_ENDPOINT);
        Duration timeout = settings.value(Keys.ZIPKIN_TIMEOUT);
        return target(Plan.Protocol.ZIPKIN, Keys.ZIPKIN_ENDPOINT, endpoint, timeout, HttpEndpoint::builder);
    }

    /** Null if something about it is wrong, which is then noted. */
    Plan.@Nullable Target otlp(OtlpSignal signal, OtlpKeys keys) {
        Setting<String> jaeger = jaeger(signal, keys);
        if (jaeger != null) {
            return target(
                    Plan.Protocol.OTLP_HTTP, keys.endpoint(), jaeger, timeout(keys), url -> otlpEndpoint(url, keys));
        }
        boolean grpc = isGrpc(keys);
        Setting<String> endpoint = endpoint(signal, keys, grpc);
        if (!grpc && portOf(endpoint.value()) == 4317) {
            findings.add(Finding.warning(
                    "otlp-port",
                    Urls.withoutSecrets(endpoint.value())
                            + " has the port on which collectors speak gRPC, but HTTP is used",
                    "Use port 4318, or set " + Keys.OTLP.protocol().name() + " to grpc"));
        }
        Plan.Protocol protocol = grpc ? Plan.Protocol.OTLP_GRPC : Plan.Protocol.OTLP_HTTP;
        return target(protocol, keys.endpoint(), endpoint, timeout(keys), url -> otlpEndpoint(url, keys));
    }

    private Duration timeout(OtlpKeys keys) {
        Setting<Duration> timeout = either(keys.timeout(), Keys.OTLP.timeout());
        return timeout == null ? settings.value(Keys.OTLP.timeout()) : timeout.value();
    }

    private boolean isGrpc(OtlpKeys keys) {
        Setting<String> protocol = either(keys.protocol(), Keys.OTLP.protocol());
        if (protocol == null) {
            return false;
        }
        if (protocol.value().equals("http/json")) {
            findings.add(Finding.warning(
                    "unsupported-value",
                    Keys.OTLP.protocol().name() + " is http/json, which this library does not have; http/protobuf is"
                            + " used",
                    "Set it to one of: " + Keys.OTLP.protocol().type().allowed()));
        }
        return protocol.value().equals("grpc");
    }

    private Setting<String> endpoint(OtlpSignal signal, OtlpKeys keys, boolean grpc) {
        Setting<String> chosen = either(keys.endpoint(), Keys.OTLP.endpoint());
        if (chosen == null) {
            chosen = grpc ? LOCAL_GRPC : LOCAL_HTTP;
        }
        boolean isForSignal = isDecidedForSignal(keys.endpoint(), Keys.OTLP.endpoint());
        boolean isBase = !isForSignal || (chosen.isCode() && hasNoPath(chosen.value()));
        return grpc || !isBase ? chosen : new Setting<>(signal.endpoint(chosen.value()), chosen.origin());
    }

    /** What JAEGER_ENDPOINT says, over HTTP whatever the protocol of OTLP; null where something else is said. */
    private @Nullable Setting<String> jaeger(OtlpSignal signal, OtlpKeys keys) {
        Setting<String> jaeger = signal == OtlpSignal.TRACES ? settings.find(Keys.JAEGER_ENDPOINT) : null;
        boolean isSaidElsewhere = either(keys.endpoint(), Keys.OTLP.endpoint()) != null;
        return jaeger == null || isSaidElsewhere ? null : jaeger(jaeger);
    }

    /** Jaeger has taken OTLP since 1.35, and since 2.0 nothing else; its own ports are gone. */
    private Setting<String> jaeger(Setting<String> jaeger) {
        URI uri = uri(jaeger.value());
        if (uri.getPort() != 14268 && uri.getPort() != 14250) {
            return hasNoPath(jaeger.value())
                    ? new Setting<>(OtlpSignal.TRACES.endpoint(jaeger.value()), jaeger.origin())
                    : jaeger;
        }
        String instead = uri.getScheme() + "://" + uri.getHost() + ":4318/v1/traces";
        findings.add(Finding.warning(
                "jaeger-endpoint-legacy",
                "JAEGER_ENDPOINT names port " + uri.getPort()
                        + ", which Jaeger has removed; traces are sent over OTLP instead",
                "Replace it by " + Keys.OTLP_TRACES.endpoint().variable() + "=" + instead));
        return new Setting<>(instead, jaeger.origin());
    }

    private HttpEndpoint.Builder otlpEndpoint(String url, OtlpKeys keys) {
        HttpEndpoint.Builder endpoint = HttpEndpoint.builder(url);
        Setting<String> compression = either(keys.compression(), Keys.OTLP.compression());
        endpoint.gzip(compression == null || !compression.value().equals("none"));
        addHeaders(endpoint, keys);
        TlsSettings tls = tls(keys);
        if (tls != null) {
            endpoint.tls(tls);
        }
        return endpoint;
    }

    private void addHeaders(HttpEndpoint.Builder endpoint, OtlpKeys keys) {
        Setting<Map<String, String>> headers = either(keys.headers(), Keys.OTLP.headers());
        if (headers != null) {
            try {
                endpoint.headers(headers.value());
            } catch (IllegalArgumentException wrong) {
                note(keys.headers(), headers, wrong);
            }
        }
        Supplier<Map<String, String>> supplier = extras.headers().get(keys);
        if (supplier == null) {
            supplier = extras.headers().get(Keys.OTLP);
        }
        if (supplier != null) {
            endpoint.headersSupplier(supplier);
        }
    }

    private @Nullable TlsSettings tls(OtlpKeys keys) {
        TlsSettings given = extras.tls().get(keys);
        if (given == null) {
            given = extras.tls().get(Keys.OTLP);
        }
        return given != null
                ? given
                : tls(
                        new PemFile(keys.certificate(), either(keys.certificate(), Keys.OTLP.certificate())),
                        new PemFile(
                                keys.clientCertificate(),
                                either(keys.clientCertificate(), Keys.OTLP.clientCertificate())),
                        new PemFile(keys.clientKey(), either(keys.clientKey(), Keys.OTLP.clientKey())));
    }

    /** A file that is to be read, if there is one, and by which name it was set. */
    private record PemFile(Key<Path> key, @Nullable Setting<Path> setting) {

        boolean isSet() {
            return setting != null;
        }

        Setting<Path> required() {
            return Objects.requireNonNull(setting);
        }
    }

    /** How Redis is reached; null for as the JDK does by itself, or if something about it is wrong, which is then noted. */
    @Nullable
    TlsSettings redisTls() {
        TlsSettings given = extras.redisTls();
        return given != null
                ? given
                : tls(file(Keys.REDIS_CERTIFICATE), file(Keys.REDIS_CLIENT_CERTIFICATE), file(Keys.REDIS_CLIENT_KEY));
    }

    /** The same for Elasticsearch. */
    @Nullable
    TlsSettings elasticsearchTls(@Nullable TlsSettings given) {
        PemFile none = new PemFile(Keys.ERRORS_ELASTICSEARCH_CERTIFICATE, null);
        return given != null ? given : tls(file(Keys.ERRORS_ELASTICSEARCH_CERTIFICATE), none, none);
    }

    private PemFile file(Key<Path> key) {
        return new PemFile(key, settings.find(key));
    }

    private @Nullable TlsSettings tls(PemFile trusted, PemFile certificate, PemFile privateKey) {
        if (!trusted.isSet() && !certificate.isSet() && !privateKey.isSet()) {
            return null;
        }
        TlsSettings.Builder tls = TlsSettings.builder();
        if (trusted.isSet()) {
            read(trusted, () -> tls.trustedCertificates(trusted.required().value()));
        }
        if (certificate.isSet() && privateKey.isSet()) {
            read(
                    certificate,
                    () -> tls.clientCertificate(
                            certificate.required().value(),
                            privateKey.required().value()));
        } else if (certificate.isSet() || privateKey.isSet()) {
            PemFile alone = certificate.isSet() ? certificate : privateKey;
            problems.add(new Problem(
                    alone.key().name(),
                    null,
                    alone.required().origin(),
                    "a client's certificate and its key are only of use together"));
        }
        try {
            return tls.build();
        } catch (IllegalArgumentException wrong) {
            PemFile from = trusted.isSet() ? trusted : certificate;
            Origin origin =
                    from.setting() == null ? Origin.DEFAULT : from.setting().origin();
            problems.add(new Problem(from.key().name(), null, origin, String.valueOf(wrong.getMessage())));
            return null;
        }
    }

    private void read(PemFile file, Runnable reading) {
        try {
            reading.run();
        } catch (UncheckedIOException unreadable) {
            Setting<Path> setting = file.required();
            problems.add(new Problem(
                    file.key().name(),
                    setting.value().toString(),
                    setting.origin(),
                    Problem.printable(String.valueOf(unreadable.getMessage()))));
        }
    }

    /** What is set for the signal, else what is set for all; but code before everything. */
    private <T> @Nullable Setting<T> either(Key<T> ofSignal, Key<T> ofAll) {
        return settings.find(isDecidedForSignal(ofSignal, ofAll) ? ofSignal : ofAll);
    }

    private <T> boolean isDecidedForSignal(Key<T> ofSignal, Key<T> ofAll) {
        Setting<T> signal = settings.find(ofSignal);
        Setting<T> all = settings.find(ofAll);
        return signal != null && (all == null || signal.isCode() || !all.isCode());
    }

    private Plan.@Nullable Target target(
            Plan.Protocol protocol,
            Key<String> key,
            Setting<String> endpoint,
            Duration timeout,
            Function<String, HttpEndpoint.Builder> preparing) {
        try {
            HttpEndpoint prepared = preparing
                    .apply(endpoint.value())
                    .timeout(timeout)
                    .allowLinkLocal(settings.value(Keys.ALLOW_LINK_LOCAL))
                    .build();
            return new Plan.Target(protocol, prepared, timeout, endpoint.origin());
        } catch (IllegalArgumentException wrong) {
            note(key, endpoint, wrong);
            return null;
        }
    }

    private void note(Key<?> key, Setting<?> setting, IllegalArgumentException wrong) {
        problems.add(new Problem(key.name(), null, setting.origin(), String.valueOf(wrong.getMessage())));
    }

    private static boolean hasNoPath(String url) {
        String path = uri(url).getPath();
        return path == null || path.isEmpty() || path.equals("/");
    }

    private static int portOf(String url) {
        return uri(url).getPort();
    }

    /** Of a URL that was checked when it was read. */
    private static URI uri(String url) {
        try {
            return new URI(url.trim());
        } catch (URISyntaxException impossible) {
            throw new IllegalArgumentException("is not a URL", impossible);
        }
    }
}
