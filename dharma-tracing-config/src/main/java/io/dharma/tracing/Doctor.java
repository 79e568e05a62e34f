package io.dharma.tracing;

import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.spi.BlockingTasks;
import io.dharma.tracing.spi.ContextHooks;
import io.dharma.tracing.spi.Proxies;
import io.dharma.tracing.trace.Contained;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for what is wrong around the library, on another thread ({@link BlockingTasks}), which ends when it has
 * looked: at the class path, and whether collectors can be reached. What it finds is logged once and kept.
 */
final class Doctor {

    private static final BackgroundLog LOG = BackgroundLog.named(DharmaTracing.LOGGER);

    /** For the class path alone, which takes milliseconds; the network is not waited for. */
    private static final long PATIENCE_MILLIS = 1_000;

    private final List<Finding> known;
    private final Map<String, URI> collectors = new LinkedHashMap<>();
    private final ClassLoader loader;
    private final CountDownLatch classPathSeen = new CountDownLatch(1);
    private final Set<Finding> found = new LinkedHashSet<>();

    /** By address; true only of the moment when it was tried. */
    private final Map<String, Finding> unreachable = new LinkedHashMap<>();

    private volatile boolean stopped;

    /**
     * @param known what was found before, to be logged with the rest
     * @param collectors where something is sent to; those at one address are tried once
     */
    Doctor(List<Finding> known, Collection<URI> collectors, ClassLoader loader) {
        this.known = List.copyOf(known);
        collectors.forEach(collector -> this.collectors.putIfAbsent(CollectorProbe.address(collector), collector));
        this.loader = loader;
    }

    void start() {
        if (stopped) {
            classPathSeen.countDown();
            return;
        }
        if (!BlockingTasks.lane(1).offerNow(this::look)) {
            // Out of threads: there is worse to worry about than the class path.
            classPathSeen.countDown();
        }
    }

    /** Says what is known already and looks at nothing, on the calling thread. */
    void stayHome() {
        Logger here = LoggerFactory.getLogger(DharmaTracing.LOGGER);
        known.forEach(finding -> {
            if (isHarmless(finding)) {
                here.info("{}", finding);
            } else {
                here.warn("{}", finding);
            }
        });
        classPathSeen.countDown();
    }

    void stop() {
        stopped = true;
    }

    private void look() {
        try {
            known.forEach(Doctor::log);
            new ClassPath(loader).findings().forEach(this::add);
        } catch (RuntimeException | LinkageError strange) {
            LOG.debug("The class path could not be looked at", strange);
        } finally {
            classPathSeen.countDown();
        }
        // Each where what else wants something of its host waits: a name that hangs does so for all.
        collectors.forEach((address, collector) -> {
            boolean unused = BlockingTasks.laneOfHost(collector.getHost()).offer(() -> tryToReach(address, collector));
        });
    }

    /**
     * Name services and proxy selectors may be the application's; what they throw is not worth more than a note. Nor is its
     * message repeated, which may quote the whole URL and so a key in its path.
     */
    private void tryToReach(String address, URI collector) {
        try {
            probe(address, collector);
        } catch (RuntimeException | LinkageError strange) {
            LOG.debug(
                    "Whether {} can be reached could not be found out: {}",
                    address,
                    strange.getClass().getName());
        }
    }

    private void probe(String address, URI collector) {
        // Behind a proxy a connection of our own says nothing.
        if (stopped || Proxies.areUsedFor(collector, ProxySelector.getDefault())) {
            return;
        }
        Finding nobody = new CollectorProbe(collector).probe();
        if (nobody != null && !stopped) {
            synchronized (found) {
                unreachable.put(address, nobody);
            }
            log(nobody);
        }
    }

    private void add(Finding finding) {
        boolean isNew;
        synchronized (found) {
            isNew = found.add(finding);
        }
        if (isNew) {
            log(finding);
        }
    }

    private static void log(Finding finding) {
        if (isHarmless(finding)) {
            LOG.info("{}", finding);
        } else {
            LOG.warn("{}", finding);
        }
    }

    private static boolean isHarmless(Finding finding) {
        return finding.severity() == Finding.Severity.INFO;
    }

    /** All that is known by now, the worst first; waits a moment for the class path, if that is being looked at. */
    List<Finding> findings(List<ExporterHealth> exporters, long foldedBlocks, Contained contained) {
        awaitClassPath();
        List<Finding> all = new ArrayList<>(known);
        synchronized (found) {
            all.addAll(found);
            unreachable.forEach((address, nobody) -> {
                if (exporters.stream().noneMatch(exporter -> knowsBetter(exporter, address))) {
                    all.add(nobody);
                }
            });
        }
        if (!ContextHooks.isInstalled()) {
            all.add(Finding.warning(
                    "context-storage-in-use",
                    "OpenTelemetry's context was used before init(), so trace ids are missing in log lines of scopes that"
                            + " other libraries open",
                    "Call DharmaTracing.init() earlier, first of all in main()"));
        }
        if (foldedBlocks > 0) {
            all.add(Finding.warning(
                    "blocks-folded",
                    foldedBlocks
                            + " blocks are measured under the operation __other__, because there are too many names"
                            + " of blocks, or names that are too long",
                    "Put what varies, such as an id, into an attribute of the block and not into its name"));
        }
        addIfContained(all, contained);
        exporters.forEach(exporter -> addIfUnwell(all, exporter));
        all.sort(Comparator.comparing(Finding::severity).reversed());
        return all;
    }

    private static void addIfContained(List<Finding> all, Contained contained) {
        if (contained.mdc() > 0) {
            all.add(Finding.warning(
                    "mdc-failing",
                    "The MDC, or the look-up of one of its fields, has thrown " + contained.mdc()
                            + " times, so trace ids are missing in log lines",
                    "Check the logging library's MDC adapter and the fields that were added to the MDC"));
        }
        if (contained.listeners() + contained.workers() > 0) {
            all.add(Finding.warning(
                    "unexpected-failures",
                    "Listeners of context scopes have thrown " + contained.listeners()
                            + " times, threads of the library " + contained.workers() + " times; it went on",
                    "Check what was added to the library, or report it together with this health"));
        }
    }

    /** Whether this exporter has been there since, or says itself that it cannot. */
    private static boolean knowsBetter(ExporterHealth exporter, String address) {
        return address.equals(addressOf(exporter.target())) && (exporter.sent() > 0 || isUnwell(exporter));
    }

    private static @Nullable String addressOf(@Nullable String target) {
        try {
            return target == null ? null : CollectorProbe.address(new URI(target));
        } catch (URISyntaxException masked) {
            return null;
        }
    }

    private static boolean isUnwell(ExporterHealth exporter) {
        return exporter.state() == SinkState.DEGRADED || exporter.state() == SinkState.PAUSED;
    }

    private static void addIfUnwell(List<Finding> all, ExporterHealth exporter) {
        if (isUnwell(exporter)) {
            boolean refused = exporter.state() == SinkState.PAUSED;
            all.add(Finding.warning(
                    refused ? "exporter-refused" : "collector-unreachable",
                    exporter.signal() + " do not arrive at " + exporter.name()
                            + (exporter.target() == null ? "" : " " + exporter.target()) + ": " + exporter.lastError(),
                    refused
                            ? "Check the URL and the credentials; it is tried again every five minutes"
                            : "Check whether it runs and can be reached; " + whatHappensMeanwhile(exporter)));
        }
    }

    private static String whatHappensMeanwhile(ExporterHealth exporter) {
        if (!exporter.signal().equals("metrics")) {
            return "what is to be sent waits";
        }
        return exporter.dropped().containsKey(DropReason.UNDELIVERED)
                ? "metrics do not wait, and with delta temporality those of failed exports are lost"
                : "metrics do not wait, but the next export makes up for those that failed";
    }

    private void awaitClassPath() {
        try {
            boolean unused = classPathSeen.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
