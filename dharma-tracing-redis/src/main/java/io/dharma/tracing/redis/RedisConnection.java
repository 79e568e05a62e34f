package io.dharma.tracing.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dharma.tracing.redis.ClusterMap.Redirect;
import io.dharma.tracing.redis.RedisRequest.SentCommand;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The way to the server that has a key: a server that was named, the master that sentinels name, or the node of a
 * cluster that owns the key's slot. Keeps one connection to each server that it needs.
 *
 * <p>It never repairs itself. When a connection is lost, or a server says that it has another role now, all that was known
 * is forgotten, and who sends next begins as at the start, with looking up names and new connections. What is under way on
 * those that are well may end. That there is a next time, and not too soon, is the pipeline's business.
 *
 * <p>Any thread; no method waits. What completes does so on the thread of answers, or on the caller's.
 */
public final class RedisConnection {

    /** No cluster is larger that anybody keeps for this; one that says so must not cost more. */
    private static final int MAX_NODES = 1_000;

    private static final Duration MAX_TIME_TO_FIND = Duration.ofSeconds(30);

    private final LettuceClient client;
    private final RedisAddress address;
    private final Duration timeToFind;
    private final Duration timeout;

    // Guarded by this.
    private final Map<Node, NodeConnection> connections = new HashMap<>();
    private final ClusterMap slots = new ClusterMap();
    private @Nullable CompletableFuture<NodeConnection> home;
    private int epoch;

    /** Whether something said since that what is known is not true any more. */
    private boolean outdated;

    /** Which one of the address is asked first: the next, when one has said that it cannot do what we want. */
    private int firstHost;

    private boolean closed;

    /** @param timeToConnect to one server, twice at most */
    RedisConnection(LettuceClient client, RedisAddress address, Duration timeToConnect, Duration timeout) {
        this.client = client;
        this.address = address;
        Duration toAll = timeToConnect.multipliedBy(2L * (address.nodes().size() + 1));
        this.timeToFind = toAll.compareTo(MAX_TIME_TO_FIND) < 0 ? toAll : MAX_TIME_TO_FIND;
        this.timeout = timeout;
    }

    // ---- finding the way

    /**
     * Completes once it can be sent, exceptionally with a {@link RedisFailure}.
     *
     * @return a number that is another one after all that was known was forgotten
     */
    public synchronized CompletableFuture<Integer> ready() {
        if (closed) {
            return CompletableFuture.failedFuture(RedisFailure.closed());
        }
        if (home == null || home.isCompletedExceptionally() || (home.isDone() && (outdated || hasLostOne()))) {
            forget();
            epoch++;
            home = client.started().thenCompose(started -> inTime(findHome()));
        }
        int now = epoch;
        return home.thenApply(found -> now);
    }

    /** One that never opened does not count: of several hosts, it may be the first. */
    private boolean hasLostOne() {
        for (NodeConnection connection : connections.values()) {
            if (connection.isLost()) {
                return true;
            }
        }
        return false;
    }

    /** So that what waits for it does not pile up, should a look-up hang for ever. */
    private CompletableFuture<NodeConnection> inTime(CompletableFuture<NodeConnection> search) {
        Runnable cancel = client.schedule(
                () -> {
                    boolean unused =
                            search.completeExceptionally(RedisFailure.reconnect(address + ": no connection in time"));
                },
                timeToFind);
        return search.whenComplete((found, thrown) -> cancel.run());
    }

    /** Closes the connections: those that are well when nothing can be under way on them any more. */
    private void forget() {
        RedisFailure reason = RedisFailure.reconnect(address + ": the connection was lost");
        List<NodeConnection> former = List.copyOf(connections.values());
        former.stream().filter(NodeConnection::isGone).forEach(connection -> connection.close(reason));
        Runnable unused = client.schedule(() -> former.forEach(connection -> connection.close(reason)), timeout);
        connections.clear();
        slots.forget();
        outdated = false;
    }

    /** Unless another was opened since. */
    private synchronized void giveUp(NodeConnection lost, RedisFailure reason) {
        if (connections.get(lost.node()) == lost) {
            lost.close(reason);
            outdated = true;
        }
    }

    /** For whoever sends next, if anybody else was named who may know or be better. */
    private synchronized void lookElsewhere(Node than) {
        int named = address.nodes().indexOf(than);
        if (named >= 0) {
            firstHost = (named + 1) % address.nodes().size();
        }
        outdated |= address.nodes().size() > 1;
    }

    /** Sends nothing any more. */
    synchronized void close() {
        closed = true;
    }

    /** For a client that lives on; one that ends closes them itself, and would complain if it were done here as well. */
    synchronized void closeConnections() {
        connections.values().forEach(connection -> connection.close(RedisFailure.closed()));
        connections.clear();
        slots.forget();
    }

    private CompletableFuture<NodeConnection> findHome() {
        String master = address.master();
        return master != null
                ? firstOf(sentinel -> masterNamedBy(sentinel, master))
                : firstOf(node -> open(node).thenCompose(this::askForSlots));
    }

    /** Tries one after the other. */
    private CompletableFuture<NodeConnection> firstOf(Function<Node, CompletionStage<NodeConnection>> way) {
        List<Node> hosts = new ArrayList<>(address.nodes());
        Collections.rotate(hosts, -firstHost);
        return firstOf(hosts.iterator(), way, null);
    }

    private CompletableFuture<NodeConnection> firstOf(
            Iterator<Node> nodes, Function<Node, CompletionStage<NodeConnection>> way, @Nullable RedisFailure before) {
        Node node = nodes.next();
        return way.apply(node)
                .handle((found, thrown) -> {
                    if (thrown == null) {
                        return CompletableFuture.completedFuture(found);
                    }
                    RedisFailure failure = hopeful(before, RedisFailure.of(node, thrown));
                    return nodes.hasNext()
                            ? firstOf(nodes, way, failure)
                            : CompletableFuture.<NodeConnection>failedFuture(failure);
                })
                .thenCompose(Function.identity())
                .toCompletableFuture();
    }

    /** One that refuses us is not the last word while another may come back. */
    private static RedisFailure hopeful(@Nullable RedisFailure before, RedisFailure now) {
        return before == null || before.kind() == RedisFailure.Kind.REFUSED ? now : before;
    }

    private CompletionStage<NodeConnection> masterNamedBy(Node sentinel, String master) {
        NodeConnection asked = new NodeConnection(sentinel, client.connectToSentinel(sentinel), client);
        return asked.opened()
                .thenCompose(open -> ask(open, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", master))
                .whenComplete((answer, thrown) -> asked.close(RedisFailure.closed()))
                .thenCompose(answer -> open(masterOf(answer, sentinel)));
    }

    /** Names and ports are texts here. */
    private Node masterOf(List<Object> answer, Node sentinel) {
        if (answer.size() == 2 && answer.get(0) instanceof byte[] host && answer.get(1) instanceof byte[] port) {
            try {
                Node named = Node.of(new String(host, UTF_8), Integer.parseInt(new String(port, UTF_8)));
                if (named != null) {
                    return named;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
        }
        throw new CompletionException(RedisFailure.retry(sentinel + " knows no master " + address.master()));
    }

    /** Only a node of a cluster knows, and only if this user may ask; of the others MOVED will tell, should there be any. */
    private CompletionStage<NodeConnection> askForSlots(NodeConnection connection) {
        return ask(connection, "CLUSTER", "SLOTS").handle((ranges, thrown) -> {
            RedisFailure failure = thrown == null ? null : RedisFailure.of(connection.node(), thrown);
            if (failure != null && (failure.kind() == RedisFailure.Kind.RECONNECT || failure.anotherMayDo())) {
                throw new CompletionException(failure);
            }
            learn(ranges, connection.node());
            return connection;
        });
    }

    private synchronized void learn(@Nullable List<Object> ranges, Node asked) {
        if (ranges != null) {
            slots.learn(ranges, asked);
        }
    }

    private CompletionStage<NodeConnection> open(Node node) {
        return connectionTo(node).opened();
    }

    private synchronized NodeConnection connectionTo(Node node) {
        NodeConnection known = connections.get(node);
        if (known != null && !known.isGone()) {
            return known;
        }
        NodeConnection opening = new NodeConnection(node, connect(node), client);
        NodeConnection unused = connections.put(node, opening);
        return opening;
    }

    private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect(Node node) {
        if (closed) {
            return CompletableFuture.failedFuture(RedisFailure.closed());
        }
        return connections.size() < MAX_NODES
                ? client.connect(node)
                : CompletableFuture.failedFuture(RedisFailure.retry("the cluster has too many nodes"));
    }

    // ---- sending

    /**
     * Sends them, each to where its key is; only after {@link #ready}. Each gets its reply: at the latest when it had no
     * answer within the timeout. Then its connection is given up, since what is sent behind would wait as well.
     *
     * @return completes after the last reply
     */
    public CompletableFuture<Void> send(List<RedisRequest> requests) {
        Exchange exchange = new Exchange(requests.size());
        byNode(requests)
                .forEach((connection, part) -> connection.opened().whenComplete((open, thrown) -> {
                    if (thrown == null) {
                        exchange.send(connection, part);
                    } else {
                        exchange.fail(connection, part, RedisFailure.of(connection.node(), thrown));
                    }
                }));
        return exchange.over;
    }

    private synchronized Map<NodeConnection, List<RedisRequest>> byNode(List<RedisRequest> requests) {
        Map<NodeConnection, List<RedisRequest>> parts = new LinkedHashMap<>();
        for (RedisRequest request : requests) {
            Node owner = slots.ownerOf(request.slot());
            NodeConnection connection = owner == null ? atHome() : connectionTo(owner);
            parts.computeIfAbsent(connection, node -> new ArrayList<>()).add(request);
        }
        return parts;
    }

    private NodeConnection atHome() {
        NodeConnection found = home == null || home.isCompletedExceptionally() ? null : home.getNow(null);
        return found == null ? lost() : connectionTo(found.node());
    }

    private NodeConnection lost() {
        RedisFailure failure = RedisFailure.reconnect(address + ": the connection was lost");
        return new NodeConnection(address.nodes().get(0), CompletableFuture.failedFuture(failure), client);
    }

    /**
     * Sends one, once there is a connection.
     *
     * @return what was answered, or exceptionally a {@link RedisFailure}
     */
    public CompletableFuture<List<Object>> ask(String command, byte[] key, byte[]... arguments) {
        return ready().thenCompose(unused -> {
            Answer answer = new Answer();
            var unusedEnd = send(List.of(RedisRequest.ask(command, key, List.of(arguments), answer)));
            return answer;
        });
    }

    /**
     * Sends several together, once there is a connection; what is of the same slot stays in order.
     *
     * @param requests each makes a request of the reply that it is to have
     * @return what was answered, in the order of the requests, or exceptionally the {@link RedisFailure} of one
     */
    public CompletableFuture<List<List<Object>>> askAll(List<Function<RedisRequest.Reply, RedisRequest>> requests) {
        return ready().thenCompose(unused -> {
            List<Answer> answers =
                    requests.stream().map(request -> new Answer()).toList();
            List<RedisRequest> sent = new ArrayList<>(requests.size());
            for (int i = 0; i < requests.size(); i++) {
                sent.add(requests.get(i).apply(answers.get(i)));
            }
            var unusedEnd = send(sent);
            return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                    .thenApply(done -> answers.stream().map(Answer::join).toList());
        });
    }

    /** As {@link #ask}, without an answer. */
    public CompletableFuture<Void> run(RedisScript script, byte[] key, byte[]... arguments) {
        return ready().thenCompose(unused -> {
            Answer answer = new Answer();
            var unusedEnd = send(List.of(RedisRequest.run(script, key, List.of(arguments), answer)));
            return answer.thenApply(done -> null);
        });
    }

    private CompletableFuture<List<Object>> ask(NodeConnection connection, String command, String... arguments) {
        Answer answer = new Answer();
        List<byte[]> bytes =
                Stream.of(arguments).map(argument -> argument.getBytes(UTF_8)).toList();
        new Exchange(1).send(connection, List.of(RedisRequest.ask(command, null, bytes, answer)));
        return answer;
    }

    /** The reply to one request. */
    private static final class Answer extends CompletableFuture<List<Object>> implements RedisRequest.Reply {

        @Override
        public void answered(List<Object> answer) {
            complete(answer);
        }

        @Override
        public void failed(RedisFailure failure) {
            completeExceptionally(failure);
        }
    }

    /** What was sent together. */
    private final class Exchange implements RedisRequest.Answered {

        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final AtomicInteger left;

        Exchange(int requests) {
            this.left = new AtomicInteger(requests);
            if (requests == 0) {
                over.complete(null);
            }
        }

        void send(NodeConnection connection, List<RedisRequest> part) {
            Runnable cancel = client.schedule(() -> giveUp(connection, part), timeout);
            var unused = over.whenComplete((done, thrown) -> cancel.run());
            connection.send(part.stream()
                    .map(request -> request.command(connection, this))
                    .toList());
        }

        private void giveUp(NodeConnection connection, List<RedisRequest> part) {
            String reason = connection.node() + ": no answer within " + timeout.toMillis() + " ms";
            fail(connection, part, RedisFailure.reconnect(reason));
        }

        /** And gives the connection up, unless all of them had their reply before. */
        void fail(NodeConnection connection, List<RedisRequest> part, RedisFailure failure) {
            List<RedisRequest> open =
                    part.stream().filter(request -> request.fail(failure)).toList();
            if (!open.isEmpty()) {
                RedisConnection.this.giveUp(connection, failure);
                open.forEach(request -> count(true));
            }
        }

        private void count(boolean replied) {
            if (replied && left.decrementAndGet() == 0) {
                over.complete(null);
            }
        }

        @Override
        public void answered(SentCommand command, @Nullable String error) {
            if (error == null) {
                count(command.request().succeed(command.get()));
                return;
            }
            Redirect redirect = Redirect.of(error, command.connection().node());
            if (redirect != null && command.request().mayBeRedirected()) {
                follow(redirect, command.request());
            } else if (error.startsWith("NOSCRIPT") && command.request().sendScript()) {
                command.connection().send(List.of(command.request().command(command.connection(), this)));
            } else {
                fail(command, RedisFailure.ofAnswer(command.connection().node(), error));
            }
        }

        private void follow(Redirect redirect, RedisRequest request) {
            NodeConnection connection = learn(redirect);
            connection.opened().whenComplete((open, thrown) -> {
                if (thrown != null) {
                    fail(connection, List.of(request), RedisFailure.of(connection.node(), thrown));
                } else if (redirect.lasting()) {
                    connection.send(List.of(request.command(connection, this)));
                } else {
                    connection.send(List.of(RedisRequest.asking(), request.command(connection, this)));
                }
            });
        }

        @Override
        public void lost(SentCommand command, Throwable thrown) {
            fail(command, command.connection().reasonFor(thrown));
        }

        private void fail(SentCommand command, RedisFailure failure) {
            count(command.request().fail(failure));
            if (failure.kind() == RedisFailure.Kind.RECONNECT) {
                RedisConnection.this.giveUp(command.connection(), failure);
            }
            if (failure.anotherMayDo()) {
                lookElsewhere(command.connection().node());
            }
        }
    }

    private synchronized NodeConnection learn(Redirect redirect) {
        if (redirect.lasting()) {
            slots.learn(redirect.slot(), redirect.to());
        }
        return connectionTo(redirect.to());
    }
}
