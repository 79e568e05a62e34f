package io.dharma.tracing.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a Redis URI says. Immutable.
 *
 * <pre>
 * redis://[[user:]password@]host[:port][,host[:port]...][/database]
 * redis-sentinel://[[user:]password@]host[:port][,host[:port]...][/database]#master
 * </pre>
 *
 * <p>Both also as {@code rediss} and {@code rediss-sentinel}, with TLS. No message repeats anything but the scheme and
 * what is known to be no secret: in a URI that is not well formed, any part may be one of a password.
 *
 * @param nodes in which order to try them; of a sentinel set the sentinels
 * @param user null for the server's default user
 * @param password null for none
 * @param master what the sentinels call it; null unless there are sentinels
 */
record RedisAddress(
        boolean tls,
        List<Node> nodes,
        @Nullable String user,
        @Nullable String password,
        int database,
        @Nullable String master) {

    private static final int DEFAULT_PORT = 6379;
    private static final int DEFAULT_SENTINEL_PORT = 26379;
    private static final int MAX_NODES = 100;

    /** @throws IllegalArgumentException if it is not what it should be; the message never repeats a password */
    static RedisAddress parse(String uri) {
        return new Parser(uri.trim()).parse();
    }

    boolean isSentinel() {
        return master != null;
    }

    /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RedisAddress that
                && tls == that.tls
                && nodes.equals(that.nodes)
                && Objects.equals(user, that.user)
                && Objects.equals(password, that.password)
                && database == that.database
                && Objects.equals(master, that.master);
    }

    @Override
    public int hashCode() {
        return Objects.hash(tls, nodes, user, password, database, master);
    }

    /** Without user and password. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(tls ? "rediss" : "redis").append(isSentinel() ? "-sentinel://" : "://");
        text.append(password == null ? "" : "...@");
        text.append(String.join(",", nodes.stream().map(Node::toString).toList()));
        text.append(database == 0 ? "" : "/" + database);
        return text.append(master == null ? "" : "#" + master).toString();
    }

    /** One URI, taken apart. */
    private static final class Parser {

        private final String uri;
        private String scheme = "";

        Parser(String uri) {
            this.uri = uri;
        }

        RedisAddress parse() {
            int end = uri.indexOf("://");
            scheme = end < 0 ? "" : uri.substring(0, end);
            boolean sentinel = isSentinelScheme();
            String rest = uri.substring(end + 3);
            int hash = rest.indexOf('#');
            String master = hash < 0 ? null : decode(rest.substring(hash + 1), "name of the master");
            rest = hash < 0 ? rest : rest.substring(0, hash);
            if (rest.indexOf('?') >= 0) {
                throw invalid("must have no query (?...); encode a ? in a password as %3F");
            }
            if (sentinel == (master == null || master.isEmpty())) {
                throw invalid(sentinel ? "lacks the name of the master, as #name" : "must have no fragment (#...)");
            }
            int slash = rest.indexOf('/');
            int database = slash < 0 ? 0 : database(rest.substring(slash + 1));
            String authority = slash < 0 ? rest : rest.substring(0, slash);
            int at = authority.lastIndexOf('@');
            String credentials = at < 0 ? "" : authority.substring(0, at);
            int colon = credentials.indexOf(':');
            String user = colon <= 0 ? null : decode(credentials.substring(0, colon), "user");
            String password = decode(credentials.substring(colon + 1), "password");
            if (user != null && password.isEmpty()) {
                throw invalid("has a user but no password");
            }
            List<Node> nodes = nodes(authority.substring(at + 1), sentinel ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT);
            return new RedisAddress(
                    scheme.startsWith("rediss"),
                    nodes,
                    user,
                    password.isEmpty() ? null : password,
                    database,
                    sentinel ? master : null);
        }

        private boolean isSentinelScheme() {
            return switch (scheme) {
                case "redis", "rediss" -> false;
                case "redis-sentinel", "rediss-sentinel" -> true;
                default ->
                    throw new IllegalArgumentException("The address of Redis must begin with redis://, rediss://,"
                            + " redis-sentinel:// or rediss-sentinel://, for example redis://localhost:6379");
            };
        }

        private List<Node> nodes(String hosts, int defaultPort) {
            List<Node> nodes = new ArrayList<>();
            for (String host : hosts.split(",", -1)) {
                nodes.add(node(host, defaultPort));
            }
            if (nodes.size() > MAX_NODES) {
                throw invalid("has more than " + MAX_NODES + " hosts");
            }
            return List.copyOf(nodes);
        }

        private Node node(String text, int defaultPort) {
            boolean bracketed = text.startsWith("[");
            int bracket = text.indexOf(']');
            int colon = text.indexOf(':', bracketed ? Math.max(0, bracket) : 0);
            int end = colon < 0 ? text.length() : colon;
            boolean closed = bracketed && bracket == end - 1;
            String host = closed ? text.substring(1, bracket) : text.substring(0, end);
            if (!Node.isHost(host, closed)) {
                throw invalid("has no valid host (letters, digits, '-', '_' and '.', or an IP address, IPv6 in"
                        + " brackets; several are divided by commas)");
            }
            return new Node(host, end == text.length() ? defaultPort : port(text.substring(end)));
        }

        private int port(String text) {
            int port = text.startsWith(":") ? number(text.substring(1), 65_535) : -1;
            if (port < 1) {
                throw invalid("has no valid port (1 to 65535)");
            }
            return port;
        }

        private int database(String text) {
            int database = text.isEmpty() ? 0 : number(text, 1_000_000);
            if (database < 0) {
                throw invalid("has no valid database (a number)");
            }
            return database;
        }

        /** -1 if that is no number, or a larger one. */
        private static int number(String digits, int max) {
            if (digits.isEmpty() || digits.length() > 7 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return -1;
            }
            int number = Integer.parseInt(digits);
            return number > max ? -1 : number;
        }

        /** Not URLDecoder, which makes a space of every plus. */
        private String decode(String text, String what) {
            if (text.indexOf('%') < 0) {
                return text;
            }
            ByteArrayOutputStream decoded = new ByteArrayOutputStream(text.length());
            byte[] bytes = text.getBytes(UTF_8);
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] != '%') {
                    decoded.write(bytes[i]);
                    continue;
                }
                int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
                int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw invalid("has a % in its " + what + " without two hexadecimal digits; a % itself is %25");
                }
                decoded.write(high << 4 | low);
                i += 2;
            }
            return decoded.toString(UTF_8);
        }

        private IllegalArgumentException invalid(String problem) {
            return new IllegalArgumentException("The address of Redis, " + scheme + "://..., " + problem);
        }
    }

    RedisAddress {
        nodes = List.copyOf(Objects.requireNonNull(nodes, "nodes"));
    }
}
