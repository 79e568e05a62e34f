package io.dharma.tracing.errors.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.json.JsonpUtils;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.ErrorStore;
import io.dharma.tracing.errors.EventQuery;
import io.dharma.tracing.errors.GroupChange;
import io.dharma.tracing.errors.GroupQuery;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.errors.RateQuery;
import io.dharma.tracing.errors.elasticsearch.PeerTransport.Servers;
import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.HttpPeer;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.spi.BlockingTasks;
import io.opentelemetry.sdk.common.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps errors in Elasticsearch, of version 8.19 or later and of 9.
 *
 * <pre>{@code
 * ElasticsearchErrorStore store = ElasticsearchErrorStore.builder("https://elasticsearch.example:9200")
 *         .apiKey(key)
 *         .tls(TlsSettings.builder().trustedCertificates(Path.of("/etc/ssl/elasticsearch-ca.pem")).build())
 *         .keepFor(Duration.ofDays(90))
 *         .build();
 * }</pre>
 *
 * <p>Events go to the data stream {@code logs-dharma.error-<namespace>}, counts to the indices
 * {@code dharma-error-counts-<namespace>-<year>.<month>}, and groups to the index {@code dharma-error-groups-<namespace>},
 * as documents that {@link io.dharma.tracing.errors.ErrorDocument} describes. Everything has an id, so what is written
 * again is there once: each count exactly, each event too, unless the data stream rolled over between the first writing and
 * the second; then questions see it once all the same. A group is what all processes know of it together.
 *
 * <p>Before the first batch three index templates are installed, {@code dharma-error-events-<namespace>},
 * {@code -counts-} and {@code -groups-}: see {@link #templates()}. Who writes needs the cluster privilege
 * {@code manage_index_templates}, unless {@link Builder#installTemplates} says that somebody else installs them, and for
 * indices of the names above {@code auto_configure}, {@code create_doc}, {@code index} and {@code read}; also
 * {@code view_index_metadata} and {@code delete_index}, if old counts are to be deleted, and {@code manage} of the data
 * stream, if the time that events are kept is to be changed later. Without the rights it needs the sink pauses and says so.
 *
 * <p>Nothing is opened, and next to none of the client's classes loaded, before the first batch or question. The connections
 * and threads are those that all exporters share: see {@link HttpPeer}. Requests are not compressed, redirects not followed.
 * A document costs some 10 us of CPU.
 *
 * <p>What may be asked of it, from which threads and when: as {@link ErrorStore} says. What is asked for has to be
 * searchable, which takes the server a second after it was written. Of groups those are found that happened in the time
 * asked for, down to the minute.
 */
public final class ElasticsearchErrorStore implements Sink<ErrorRecord>, ErrorStore {

    /** How long errors are kept unless said otherwise. */
    public static final Duration DEFAULT_RETENTION = Duration.ofDays(30);

    /** In a reason: there was somebody. */
    private static final String ANSWERED = "answered";

    /** How long a server may take from the first sign of life until it knows its users. */
    private static final long START_NANOS = Duration.ofMinutes(1).toNanos();

    /** Answers to requests that write have some 100 bytes for each record. */
    private static final int MAX_ANSWER_TO_WRITES = 4 << 20;

    /** Ten thousand groups and their numbers take two; events come in as many pages as they need. */
    private static final int MAX_ANSWER_TO_QUESTIONS = 8 << 20;

    private static final int MAX_WAITING = 1_000;

    /** What is read of answers to writing; the rest is half of them. */
    private static final String READ_OF_BULK =
            "took,errors,items.*._index,items.*.status,items.*.error.type,items.*.error.reason";

    private final String description;
    private final Indices indices;
    private final Templates templates;
    private final boolean installing;
    private final Servers servers;
    private final CountRetention countRetention;
    private final Settled settled = new Settled();
    private final BlockingTasks.Lane beginnings = BlockingTasks.lane(MAX_WAITING);
    private final BlockingTasks.Lane answers = BlockingTasks.lane(MAX_WAITING);

    // Both guarded by this.
    private @Nullable CompletableFuture<ElasticsearchAsyncClient> writer;
    private @Nullable Questions questions;

    private volatile boolean wasAway;
    private volatile long awayAt;

    private ElasticsearchErrorStore(Builder builder) {
        this.description = builder.describe();
        this.indices = new Indices(builder.namespace);
        this.templates = new Templates(indices, builder.retention);
        this.installing = builder.installing;
        this.servers =
                new Servers(builder.endpoints().stream().map(HttpPeer::at).toList());
        this.countRetention = new CountRetention(indices, builder.retention, builder.clock);
    }

    /**
     * Begins with where Elasticsearch is.
     *
     * @param urls of one or several nodes of the same cluster: another one is taken when one does not answer. Such as
     *     {@code https://elasticsearch.example:9200}; without user and password
     * @throws IllegalArgumentException if there is none, or one that is no such URL; the message never repeats a password
     */
    public static Builder builder(String... urls) {
        return new Builder(List.of(urls));
    }

    /** {@code elasticsearch}. */
    @Override
    public String name() {
        return "elasticsearch";
    }

    /** True: what takes time goes on elsewhere. */
    @Override
    public boolean isNonBlocking() {
        return true;
    }

    /**
     * The index templates that it installs, by their names: for those who install them by hand, with
     * {@code PUT _index_template/<name>}.
     */
    public Map<String, String> templates() {
        return templates.bodies();
    }

    // ---- writing

    @Override
    public CompletionStage<Delivery> deliver(List<ErrorRecord> batch) {
        return writer().thenCompose(client -> write(client, batch))
                .exceptionally(RecordWrite::meaningOf)
                .thenApply(this::unlessItStarts);
    }

    /** A server that starts does not know its users yet, and refuses whoever comes; one that was away may be starting. */
    private Delivery unlessItStarts(Delivery delivery) {
        long now = System.nanoTime();
        if (delivery instanceof Delivery.Retry retry && !retry.reason().contains(ANSWERED)) {
            awayAt = now;
            wasAway = true;
        }
        boolean mayStart = wasAway && now - awayAt < START_NANOS;
        return mayStart
                        && delivery instanceof Delivery.Refused refused
                        && refused.reason().contains(NotAnswered.CREDENTIALS)
                ? Delivery.retry(refused.reason())
                : delivery;
    }

    private CompletableFuture<Delivery> write(ElasticsearchAsyncClient client, List<ErrorRecord> batch) {
        countRetention.tend(client.indices());
        List<ErrorRecord> records = new ArrayList<>(batch.size());
        List<GroupChange> changes = new ArrayList<>();
        for (ErrorRecord record : batch) {
            if (record instanceof GroupChange change) {
                changes.add(change);
            } else {
                records.add(record);
            }
        }
        ElasticsearchAsyncClient bulk =
                client.withTransportOptions(options -> options.setParameter("filter_path", READ_OF_BULK));
        return new RecordWrite(bulk, indices, settled, records).send().thenCompose(written -> {
            if (changes.isEmpty() || !(written instanceof Delivery.Delivered delivered)) {
                return CompletableFuture.completedFuture(written);
            }
            return new GroupWrite(client, bulk, indices, changes)
                    .send()
                    .thenApply(joined -> both(delivered, joined, batch.size()));
        });
    }

    private static Delivery both(Delivery.Delivered written, Delivery joined, int size) {
        if (!(joined instanceof Delivery.Delivered groups)) {
            return joined;
        }
        int rejected = written.rejected() + groups.rejected();
        String why = written.message() == null ? groups.message() : written.message();
        if (rejected == size) {
            return Delivery.rejected(why == null ? "none was taken" : why);
        }
        return rejected == 0 ? Delivery.delivered() : Delivery.partly(rejected, why);
    }

    /** Ready to write; whoever comes while it gets ready waits for the same. */
    private synchronized CompletableFuture<ElasticsearchAsyncClient> writer() {
        CompletableFuture<ElasticsearchAsyncClient> known = writer;
        if (known == null || known.isCompletedExceptionally()) {
            known = beginning(() -> client(MAX_ANSWER_TO_WRITES, Runnable::run))
                    .thenCompose(client -> installing
                            ? new Installation(client.indices(), templates)
                                    .install()
                                    .thenApply(done -> client)
                            : CompletableFuture.completedFuture(client));
            writer = known;
        }
        return known;
    }

    private ElasticsearchAsyncClient client(int answerLimit, Executor readers) {
        findJson();
        return new ElasticsearchAsyncClient(PeerTransport.to(servers, answerLimit, readers));
    }

    /**
     * The client looks for its JSON parser once, by the class loader of the thread. Ours have none, and that of the JVM may
     * have another parser than the application.
     */
    private static void findJson() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(ElasticsearchErrorStore.class.getClassLoader());
        try {
            var unused = JsonpUtils.provider();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    // ---- questions

    @Override
    public CompletionStage<List<ErrorGroup>> groups(GroupQuery query) {
        return ask(asked -> asked.groups(query));
    }

    @Override
    public CompletionStage<List<ErrorEvent>> events(EventQuery query) {
        return ask(asked -> asked.events(query));
    }

    @Override
    public CompletionStage<List<MinuteRate>> rates(RateQuery query) {
        return ask(asked -> asked.rates(query));
    }

    /** Begins it elsewhere, since classes load with the first; and says what went wrong without the client's classes. */
    private <T> CompletionStage<T> ask(Function<Questions, CompletableFuture<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        var unused = beginning(this::questions).thenCompose(question).whenComplete((value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(readable(failure));
            }
        });
        return answer;
    }

    private synchronized Questions questions() {
        Questions known = questions;
        if (known == null) {
            known = new Questions(client(MAX_ANSWER_TO_QUESTIONS, answers), indices);
            questions = known;
        }
        return known;
    }

    private static Throwable readable(Throwable failure) {
        Throwable why = NotAnswered.unwrapped(failure);
        if (why instanceof RejectedExecutionException) {
            return new IOException("too many questions wait for an answer", why);
        }
        return why instanceof NotAnswered || why instanceof HttpPeer.AnswerTooLong
                ? why
                : new IOException("Elasticsearch did not answer the question: " + why.getMessage(), why);
    }

    private <T> CompletableFuture<T> beginning(Supplier<T> supplier) {
        try {
            return CompletableFuture.supplyAsync(supplier, beginnings);
        } catch (RejectedExecutionException tooMuchWaits) {
            return CompletableFuture.failedFuture(tooMuchWaits);
        }
    }

    /** Cuts off what is under way. Waits for nothing. */
    @Override
    public void close(Duration deadline) {
        servers.close();
    }

    /** The settings, without credentials. */
    @Override
    public String toString() {
        return description;
    }

    /** Collects the settings of one store; for one thread. */
    public static final class Builder {

        private static final Duration SHORTEST_RETENTION = Duration.ofDays(1);
        private static final Duration LONGEST_RETENTION = Duration.ofDays(3650);

        private final List<HttpEndpoint.Builder> servers;
        private final List<String> shown;
        private String namespace = "default";
        private Duration retention = DEFAULT_RETENTION;
        private Duration timeout = Duration.ofSeconds(5);
        private boolean installing = true;
        private @Nullable String authorization;
        private @Nullable TlsSettings tls;
        private Clock clock = Clock.getDefault();

        private Builder(List<String> urls) {
            if (urls.isEmpty()) {
                throw new IllegalArgumentException(
                        "urls must name a server, such as https://elasticsearch.example:9200");
            }
            this.servers = urls.stream().map(HttpEndpoint::builder).toList();
            this.shown = urls.stream()
                    .map(url -> HttpEndpoint.of(url).uri())
                    .map(uri -> uri.getScheme() + "://" + uri.getRawAuthority())
                    .toList();
        }

        /**
         * Lets itself in with an API key, as Elasticsearch gives it out under {@code encoded}. Default nobody. Takes the
         * place of a user.
         *
         * @throws IllegalArgumentException if it has characters that HTTP does not allow; the message never repeats it
         */
        public Builder apiKey(String encoded) {
            return authorization("ApiKey " + Objects.requireNonNull(encoded, "encoded"));
        }

        /** Lets itself in as a user. Default nobody. Takes the place of an API key. */
        public Builder user(String name, String password) {
            if (name.indexOf(':') >= 0) {
                throw new IllegalArgumentException("a user's name must not have a colon");
            }
            byte[] both = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
            return authorization("Basic " + Base64.getEncoder().encodeToString(both));
        }

        private Builder authorization(String value) {
            authorization = value;
            servers.forEach(server -> server.header("Authorization", value));
            return this;
        }

        /** Whom to trust and what to show; by default the JDK's own settings. Of no effect for {@code http}. */
        public Builder tls(TlsSettings settings) {
            tls = Objects.requireNonNull(settings, "settings");
            servers.forEach(server -> server.tls(settings));
            return this;
        }

        /**
         * The last part of all names; {@code default} by default. Systems that share a cluster without knowing each other
         * need one each; the services of one system need the same.
         *
         * @throws IllegalArgumentException unless it has 1 to 100 lower-case letters, digits, _ and ., and begins with a
         *     letter or digit
         */
        public Builder namespace(String name) {
            namespace = new Indices(name).namespace();
            return this;
        }

        /**
         * How long events and counts are kept; 30 days by default. Events by the data stream's lifecycle, where the server
         * has one; whole months of counts, once all of the month is that old. Groups are few and stay. It goes for all who
         * use the same namespace: who started last has the last word.
         *
         * @throws IllegalArgumentException unless between a day and ten years
         */
        public Builder keepFor(Duration duration) {
            retention = between(SHORTEST_RETENTION, LONGEST_RETENTION, "keepFor", duration);
            return this;
        }

        /**
         * How long one request may take; 5 s by default. After that it is cut off and what it was to write is written
         * again. A batch takes one to four requests, so a pipeline's delivery timeout should be longer.
         *
         * @throws IllegalArgumentException unless between 10 ms and a minute
         */
        public Builder timeout(Duration duration) {
            timeout = between(Duration.ofMillis(10), Duration.ofMinutes(1), "timeout", duration);
            return this;
        }

        /**
         * Whether index templates are installed; by default they are. If not, somebody else has to do it before the first
         * batch, or fields will have whatever types the server guesses.
         */
        public Builder installTemplates(boolean install) {
            installing = install;
            return this;
        }

        /** For tests that move time. */
        Builder clock(Clock newClock) {
            clock = newClock;
            return this;
        }

        /**
         * Makes the store; opens nothing, and does not look whether Elasticsearch is there.
         *
         * @throws IllegalStateException if the client is not on the class path; the message names the missing artifact
         */
        public ElasticsearchErrorStore build() {
            requireClient();
            return new ElasticsearchErrorStore(this);
        }

        /** Now rather than with the first batch, when nobody looks. */
        private static void requireClient() {
            for (String needed : List.of(
                    "co.elastic.clients.elasticsearch.ElasticsearchAsyncClient", "jakarta.json.spi.JsonProvider")) {
                try {
                    var unused = Class.forName(needed, false, ElasticsearchErrorStore.class.getClassLoader());
                } catch (ClassNotFoundException missing) {
                    throw new IllegalStateException(
                            "Errors in Elasticsearch need co.elastic.clients:elasticsearch-java on the class path",
                            missing);
                }
            }
        }

        private List<HttpEndpoint> endpoints() {
            return servers.stream()
                    .map(server -> server.timeout(timeout).build())
                    .toList();
        }

        private String describe() {
            String access =
                    authorization == null ? "nobody" : authorization.startsWith("ApiKey ") ? "an API key" : "a user";
            return "ElasticsearchErrorStore{" + shown + ", namespace=" + namespace + ", as " + access + ", keepFor="
                    + retention + ", timeout=" + timeout + ", installTemplates=" + installing + ", tls="
                    + (tls == null ? "default" : tls) + "}";
        }

        private static Duration between(Duration least, Duration most, String name, Duration value) {
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException(
                        name + " must be between " + least + " and " + most + ", but is " + value);
            }
            return value;
        }
    }
}
