package io.dharma.tracing.errors.alert;

import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.GroupListener;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.errors.Severity;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.PipelineThreads;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells people of errors that they should know of now: of new ones, of those that come back, and of far more than usual.
 *
 * <pre>{@code
 * ErrorAlerts alerts = ErrorAlerts.builder(service)
 *         .sink(LogAlertSink.create())
 *         .sink(WebhookAlertSink.builder("https://hooks.example.com/errors", secret).build())
 *         .build();
 * ErrorTracker errors = ErrorTracker.builder(service).listener(alerts).build();
 * alerts.escalateBy(errors::escalate);
 * ...
 * errors.close();
 * alerts.close();
 * }</pre>
 *
 * <p>An error that is new or came back is told of at once, a spike ({@link SpikeDetector}) when its minute is over, for a
 * group, an operation and the service as a whole; of what is the same trouble only once, where it says most. Nothing is
 * said twice within the {@linkplain Builder#cooldown cooldown}, and no more than {@link Builder#perMinute} in a minute:
 * what is beyond is put into one alert, {@link AlertKind#OVERFLOW}. Where there is a {@linkplain Builder#fleet fleet}, one
 * process of the service speaks for all; it is the first that saw it, and if nobody answers within a second, all that saw
 * it do.
 *
 * <p>Alerts are delivered by a {@link Pipeline} with one queue for each sink: a sink that fails or hangs gets its alerts
 * later, if there is room for them until then, and harms no other.
 *
 * <p>Any thread may call any method; none waits, unless it says so. Counting an error takes some 100 ns, closing a minute a
 * millisecond. Memory is bounded: some 4 MB for rates, 1 MiB for alerts that wait.
 */
public final class ErrorAlerts implements GroupListener, AutoCloseable {

    /** What the pipeline's accounts are called. */
    public static final String SIGNAL = "alerts";

    private static final long PATIENCE_FOR_FLEET_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(3);
    private static final long MAX_QUEUE_BYTES = 1L << 20;

    private final ServiceIdentity service;
    private final Severity minimumSeverity;
    private final Set<Category> silenced;
    private final Duration cooldown;
    private final @Nullable FleetClaims fleet;
    private final Clock clock;
    private final String description;
    private final AlertMaker maker;
    private final ErrorRates rates;
    private final Pipeline<Alert, Alert> pipeline;
    private final Set<Claim> claims = ConcurrentHashMap.newKeySet();
    private final LongAdder raised = new LongAdder();
    private final LongAdder cooledDown = new LongAdder();
    private final LongAdder capped = new LongAdder();
    private final LongAdder claimedByOthers = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private volatile @Nullable Consumer<String> escalation;

    // Both guarded by recent.
    private final RecentAlerts recent;
    private final AlertQuota quota;

    private ErrorAlerts(Builder builder) {
        this.service = builder.service;
        this.minimumSeverity = builder.minimumSeverity;
        this.silenced = EnumSet.copyOf(builder.silenced);
        this.cooldown = builder.cooldown;
        this.fleet = builder.fleet;
        this.clock = builder.clock;
        this.description = builder.describe();
        this.maker = new AlertMaker(service);
        this.rates = new ErrorRates(builder.spikes, now().getEpochSecond());
        this.recent = new RecentAlerts(cooldown.toNanos());
        this.quota = new AlertQuota(builder.perMinute, clock.nanoTime());
        this.pipeline = pipeline(builder);
    }

    /** One at a time and without delay: there are few, and each is to be confirmed, or tried again, by itself. */
    private static Pipeline<Alert, Alert> pipeline(Builder builder) {
        Pipeline.Builder<Alert, Alert> delivery = Pipeline.builder(SIGNAL, new Type(), (Alert alert) -> alert)
                .maxQueueBytes(MAX_QUEUE_BYTES)
                .maxBatchSize(1)
                .maxBatchDelay(Duration.ZERO)
                .maxInFlight(1)
                .threads(builder.threads == null ? PipelineThreads.shared() : builder.threads);
        builder.sinks.forEach(delivery::sink);
        return delivery.build();
    }

    /**
     * Begins with the defaults.
     *
     * @param service whose errors these are
     */
    public static Builder builder(ServiceIdentity service) {
        return new Builder(service);
    }

    /**
     * Who is told of groups that spike: the tracker, which is made after this. Called on the thread of {@link #tick}, also
     * for a spike of which people are not told again; what it throws is contained. Until this is called, nobody is.
     *
     * @param newEscalation takes a group's id, as {@link io.dharma.tracing.errors.ErrorTracker#escalate} does
     */
    public void escalateBy(Consumer<String> newEscalation) {
        escalation = Objects.requireNonNull(newEscalation, "escalation");
    }

    // What the tracker says, on a thread that serves all errors

    @Override
    public void isNew(ErrorGroup group) {
        if (matters(group)) {
            raise(maker.isNew(group, rates.operationOf(group.id()), now()));
        }
    }

    @Override
    public void regressed(ErrorGroup group) {
        if (matters(group)) {
            raise(maker.regressed(group, rates.operationOf(group.id()), now()));
        }
    }

    private boolean matters(ErrorGroup group) {
        return group.severity().compareTo(minimumSeverity) >= 0 && !silenced.contains(group.category());
    }

    @Override
    public void counted(ErrorGroup group, @Nullable String operation, long epochMinute, long occurrences) {
        rates.counted(group, operation, epochMinute, occurrences);
    }

    @Override
    public void tick() {
        long now = clock.nanoTime();
        claims.forEach(claim -> claim.giveUpSince(now - PATIENCE_FOR_FLEET_NANOS));
        rates.close(now().getEpochSecond()).forEach(this::tellOf);
        tellOf(beyond(now));
    }

    private void tellOf(RateSpike spike) {
        if (spike.group() != null) {
            escalate(spike.group().id());
        }
        raise(maker.spike(spike, now()));
    }

    private void escalate(String group) {
        Consumer<String> told = escalation;
        try {
            if (told != null) {
                told.accept(group);
            }
        } catch (Throwable notOurs) {
            // People are told all the same.
        }
    }

    private AlertQuota.@Nullable Beyond beyond(long now) {
        synchronized (recent) {
            return quota.takeBeyond(now);
        }
    }

    /** By one process of the service in a minute, too; it is beyond the quota, and needs none. */
    private void tellOf(AlertQuota.@Nullable Beyond beyond) {
        if (beyond != null) {
            Alert alert = maker.overflow(beyond.count(), beyond.level(), now());
            ask(alert, Duration.ofMinutes(1), clock.nanoTime());
        }
    }

    // From what might be said to what is

    private void raise(Alert alert) {
        long now = clock.nanoTime();
        if (isToBeSaid(alert, now)) {
            ask(alert, cooldown, now);
        }
    }

    private boolean isToBeSaid(Alert alert, long now) {
        String subject = subject(alert);
        synchronized (recent) {
            if (recent.contains(subject, alert.level(), now)) {
                cooledDown.increment();
                return false;
            }
            if (!quota.take(alert.level(), now)) {
                capped.increment();
                return false;
            }
            recent.add(subject, alert.level(), now);
            return true;
        }
    }

    private static String subject(Alert alert) {
        String kind = Alert.lowerCase(alert.kind());
        if (alert.group() != null) {
            return kind + ":group:" + alert.group().id();
        }
        return alert.operation() == null ? kind : kind + ":operation:" + alert.operation();
    }

    /** The same in all processes of the service; where staging shares a server with production, not the same in both. */
    private String key(Alert alert) {
        String environment = service.environment() == null ? "" : service.environment();
        return "alert:" + service.name() + ":" + environment + ":" + Alert.lowerCase(alert.level()) + ":"
                + subject(alert);
    }

    private void ask(Alert alert, Duration silence, long now) {
        if (fleet == null) {
            deliver(alert);
            return;
        }
        Claim claim = new Claim(alert, now);
        claims.add(claim);
        try {
            CompletionStage<Boolean> answer = fleet.claim(key(alert), silence);
            var unused = answer.whenComplete((granted, failure) -> claim.answer(failure == null ? granted : null));
        } catch (Throwable notOurs) {
            claim.answer(null);
        }
    }

    private void deliver(Alert alert) {
        raised.increment();
        // What there is no room for is in the pipeline's accounts.
        boolean unused = pipeline.offer(alert);
    }

    /** An alert of which is not known yet whether this process is to tell of it. */
    private final class Claim {

        private final Alert alert;
        private final long asked;
        private final AtomicBoolean isSettled = new AtomicBoolean();

        Claim(Alert alert, long asked) {
            this.alert = alert;
            this.asked = asked;
        }

        /** @param granted null if nobody could tell */
        void answer(@Nullable Boolean granted) {
            if (!isSettled.compareAndSet(false, true)) {
                return;
            }
            claims.remove(this);
            if (granted == null) {
                unanswered.increment();
            }
            if (granted == null || granted) {
                deliver(alert);
            } else {
                deny();
            }
        }

        private void deny() {
            claimedByOthers.increment();
            if (alert.kind() != AlertKind.OVERFLOW) {
                synchronized (recent) {
                    quota.giveBack(asked);
                }
            }
        }

        void giveUpSince(long time) {
            if (asked - time <= 0) {
                answer(null);
            }
        }
    }

    // How it is doing, and its end

    /** What became of all that might have been an alert. */
    public AlertStats stats() {
        return new AlertStats(
                raised.sum(),
                cooledDown.sum(),
                capped.sum(),
                claimedByOthers.sum(),
                rates.explained(),
                unanswered.sum(),
                claims.size());
    }

    /** What became of the alerts that were raised, by sink. */
    public PipelineStats pipelineStats() {
        return pipeline.stats();
    }

    /**
     * Waits until all alerts that were raised before this call are delivered, but not for the fleet's answers; see {@link
     * Pipeline#flush}.
     */
    public boolean flush(Duration deadline) {
        return pipeline.flush(deadline);
    }

    /** As {@link #flush}, for somebody who has more than one thing to wait for. Does not wait itself. */
    public Pipeline.PendingFlush beginFlush() {
        return pipeline.beginFlush();
    }

    /**
     * Begins to close, without waiting; see {@link Pipeline#beginClose}. Raises what waited for the fleet's answer, or for
     * its minute to end.
     */
    public void beginClose(Duration deadline) {
        claims.forEach(claim -> claim.answer(null));
        AlertQuota.Beyond beyond;
        synchronized (recent) {
            beyond = quota.takeAllBeyond();
        }
        if (beyond != null) {
            deliver(maker.overflow(beyond.count(), beyond.level(), now()));
        }
        pipeline.beginClose(deadline);
    }

    /** Delivers what waits, within three seconds, and closes the sinks. After the tracker was closed. */
    @Override
    public void close() {
        close(TIME_TO_CLOSE);
    }

    /** Delivers what waits and closes the sinks; see {@link Pipeline#close(Duration)}. */
    public void close(Duration deadline) {
        beginClose(deadline);
        pipeline.close(deadline);
    }

    private Instant now() {
        long epochNanos = clock.now();
        return Instant.ofEpochSecond(0, epochNanos);
    }

    /** The settings. */
    @Override
    public String toString() {
        return description;
    }

    private static final class Type implements RecordType<Alert> {

        @Override
        public int sizeOf(Alert alert) {
            return alert.estimatedBytes();
        }

        @Override
        public Priority priority(Alert alert) {
            return Priority.HIGH;
        }
    }

    /** Collects the settings. One thread at a time. */
    public static final class Builder {

        private static final Duration SHORTEST_COOLDOWN = Duration.ofSeconds(1);
        private static final Duration LONGEST_COOLDOWN = Duration.ofDays(365);
        private static final int MOST_PER_MINUTE = 1_000;

        private final ServiceIdentity service;
        private final List<Sink<Alert>> sinks = new ArrayList<>();
        private final Set<Category> silenced = EnumSet.noneOf(Category.class);
        private SpikeSettings spikes = SpikeSettings.defaults();
        private Severity minimumSeverity = Severity.ERROR;
        private Duration cooldown = Duration.ofHours(1);
        private int perMinute = 10;
        private int listeners;
        private Clock clock = Clock.getDefault();
        private @Nullable FleetClaims fleet;
        private @Nullable PipelineThreads threads;

        private Builder(ServiceIdentity service) {
            this.service = Objects.requireNonNull(service, "service");
        }

        /**
         * What counts as a spike. Default {@link SpikeSettings#defaults()}. Spikes are told of whatever their errors'
         * severity.
         */
        public Builder spikes(SpikeSettings settings) {
            spikes = Objects.requireNonNull(settings, "spikes");
            return this;
        }

        /** How bad an error must be to be told of when it is new or comes back. Default {@link Severity#ERROR}. */
        public Builder minimumSeverity(Severity severity) {
            minimumSeverity = Objects.requireNonNull(severity, "minimumSeverity");
            return this;
        }

        /**
         * Of errors of these categories nobody is told when they are new or come back. Added to those given before; default
         * none.
         */
        public Builder silence(Category... categories) {
            silenced.addAll(List.of(categories));
            return this;
        }

        /**
         * For how long the same is not said again: of the same kind, of the same group or operation, and not more urgent.
         * Default 1 hour.
         *
         * @throws IllegalArgumentException unless it is 1 second to 365 days
         */
        public Builder cooldown(Duration time) {
            check(
                    time.compareTo(SHORTEST_COOLDOWN) >= 0 && time.compareTo(LONGEST_COOLDOWN) <= 0,
                    "cooldown",
                    time,
                    "1 second to 365 days");
            cooldown = time;
            return this;
        }

        /**
         * How many alerts this process may raise in a minute, those not counted that another one tells of. Default 10.
         * Those beyond are told of together, when the minute is over.
         *
         * @throws IllegalArgumentException unless it is 1 to 1,000
         */
        public Builder perMinute(int alerts) {
            check(alerts >= 1 && alerts <= MOST_PER_MINUTE, "perMinute", alerts, "1 to " + MOST_PER_MINUTE);
            perMinute = alerts;
            return this;
        }

        /**
         * Who decides which process of the service speaks. Default nobody: each speaks for itself. What is not answered
         * within a second is told of with the next {@link ErrorAlerts#tick}, which a tracker calls every five; so the fleet
         * had better answer by itself within that second.
         */
        public Builder fleet(FleetClaims claims) {
            fleet = Objects.requireNonNull(claims, "fleet");
            return this;
        }

        /** Adds a place where alerts go, which is closed with this. Names must be unique. Default none. */
        public Builder sink(Sink<Alert> sink) {
            sinks.add(Objects.requireNonNull(sink, "sink"));
            return this;
        }

        /**
         * Adds code of the application that hears of alerts; as a sink its name is {@code listener}, {@code listener-2} and
         * so on.
         */
        public Builder listener(AlertListener listener) {
            listeners++;
            return sink(new ListenerAlertSink(listeners == 1 ? "listener" : "listener-" + listeners, listener));
        }

        /** Has alerts delivered by threads that are shared with others. Default: threads of their own. */
        public Builder threads(PipelineThreads shared) {
            threads = Objects.requireNonNull(shared, "threads");
            return this;
        }

        /**
         * Where the time comes from by which minutes end and alerts cool down. For tests; deliveries go by the system's.
         */
        public Builder clock(Clock newClock) {
            clock = Objects.requireNonNull(newClock, "clock");
            return this;
        }

        /**
         * Starts the threads of the deliveries.
         *
         * @throws IllegalArgumentException if two sinks have the same name
         */
        public ErrorAlerts build() {
            return new ErrorAlerts(this);
        }

        private String describe() {
            return "ErrorAlerts[minimumSeverity=" + minimumSeverity + ", silenced=" + silenced + ", cooldown="
                    + cooldown
                    + ", perMinute=" + perMinute + ", fleet=" + (fleet == null ? "none" : "asked") + ", sinks="
                    + sinks.stream().map(Sink::name).toList() + ", spikes=" + spikes + "]";
        }

        private static void check(boolean isRight, String name, Object value, String allowed) {
            if (!isRight) {
                throw new IllegalArgumentException(name + " is " + value + ", allowed is " + allowed);
            }
        }
    }
}
