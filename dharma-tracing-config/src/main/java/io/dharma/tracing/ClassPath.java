package io.dharma.tracing;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** Looks for what does not belong together on a class path, by looking for files and without loading any class. */
final class ClassPath {

    /** A class that each artifact has had for long and no other has. */
    private static final Map<String, String> OPENTELEMETRY = Map.of(
            "opentelemetry-api", "io/opentelemetry/api/OpenTelemetry.class",
            "opentelemetry-context", "io/opentelemetry/context/Context.class",
            "opentelemetry-sdk-common", "io/opentelemetry/sdk/resources/Resource.class",
            "opentelemetry-sdk-trace", "io/opentelemetry/sdk/trace/ReadWriteSpan.class",
            "opentelemetry-sdk-metrics", "io/opentelemetry/sdk/metrics/SdkMeterProvider.class",
            "opentelemetry-sdk-logs", "io/opentelemetry/sdk/logs/SdkLoggerProvider.class",
            "opentelemetry-exporter-otlp", "io/opentelemetry/exporter/otlp/http/trace/OtlpHttpSpanExporter.class",
            "opentelemetry-api-incubator", "io/opentelemetry/api/incubator/logs/ExtendedLogger.class");

    private static final Map<String, String> OTHERS = Map.of(
            "slf4j-api", "org/slf4j/LoggerFactory.class",
            "dharma-tracing-core", "io/dharma/tracing/trace/DharmaTracer.class",
            "dharma-tracing-config", "io/dharma/tracing/DharmaTracing.class",
            "the file dharma-tracing.properties", "dharma-tracing.properties");

    private static final String OKHTTP_SENDER =
            "io/opentelemetry/exporter/sender/okhttp/internal/OkHttpHttpSenderProvider.class";

    private final ClassLoader loader;

    ClassPath(ClassLoader loader) {
        this.loader = loader;
    }

    /** Reads the directory of every jar, and the manifests of OpenTelemetry's: some milliseconds. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        addMixedVersions(findings);
        OPENTELEMETRY.forEach((artifact, file) -> addDuplicate(findings, artifact, file));
        OTHERS.forEach((artifact, file) -> addDuplicate(findings, artifact, file));
        if (loader.getResource(OKHTTP_SENDER) != null) {
            findings.add(Finding.info(
                    "okhttp-sender-present",
                    "opentelemetry-exporter-sender-okhttp is on the class path; exporters that other libraries build may"
                            + " use it, and it follows redirects with their headers",
                    "Exclude it unless you send OTLP over gRPC; Dharma Tracing itself does not use it over HTTP"));
        }
        return findings;
    }

    private void addMixedVersions(List<Finding> findings) {
        Map<String, String> versions = new LinkedHashMap<>();
        Set<String> releases = new LinkedHashSet<>();
        OPENTELEMETRY.keySet().stream().sorted().forEach(artifact -> {
            URL found = loader.getResource(String.valueOf(OPENTELEMETRY.get(artifact)));
            String version = found == null ? null : versionOf(found);
            if (version != null) {
                versions.put(artifact, version);
                releases.add(withoutSuffix(version));
            }
        });
        if (releases.size() > 1) {
            findings.add(Finding.error(
                    "opentelemetry-versions-mixed",
                    "OpenTelemetry is on the class path in several versions: " + versions,
                    "Bring all of io.opentelemetry to one version, for instance by importing opentelemetry-bom (and"
                            + " opentelemetry-bom-alpha for the incubator)"));
        }
    }

    /** {@code 1.67.0-alpha} goes with {@code 1.67.0}. */
    private static String withoutSuffix(String version) {
        int dash = version.indexOf('-');
        return dash < 0 ? version : version.substring(0, dash);
    }

    private void addDuplicate(List<Finding> findings, String artifact, String file) {
        List<URL> places = places(file);
        if (places.size() > 1) {
            findings.add(Finding.warning(
                    "duplicate-classes",
                    artifact + " is on the class path " + places.size() + " times: " + places,
                    "Keep one of them; which one is used depends on the order of the class path"));
        }
    }

    private List<URL> places(String file) {
        try {
            Set<String> seen = new LinkedHashSet<>();
            List<URL> places = new ArrayList<>();
            for (URL place : Collections.list(loader.getResources(file))) {
                if (seen.add(place.toString())) {
                    places.add(place);
                }
            }
            return places;
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** From the manifest of the jar in which the file is; null if there is none, or it does not say. */
    private static @Nullable String versionOf(URL file) {
        try {
            URLConnection connection = file.openConnection();
            // A cached jar would stay open for as long as the JVM lives.
            connection.setUseCaches(false);
            if (!(connection instanceof JarURLConnection inJar)) {
                return null;
            }
            try (var jar = inJar.getJarFile()) {
                Manifest manifest = jar.getManifest();
                return manifest == null
                        ? null
                        : manifest.getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
            }
        } catch (IOException unreadable) {
            return null;
        }
    }
}
