package io.dharma.tracing.testsupport.backends;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.URI;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands real servers to tests, set-up methods and constructors that name one as a parameter.
 *
 * <pre>{@code
 * @ExtendWith(Backends.class)
 * class ZipkinSinkTest {
 *     @Test
 *     void sink_arrives(ZipkinServer zipkin) { ... }
 *
 *     @Test
 *     void index_isMade(@Elasticsearch(9) ElasticsearchServer elasticsearch) { ... }
 *
 *     @EachElasticsearch
 *     void bulk_isStored(ElasticsearchServer elasticsearch) { ... }     // runs on 8 and on 9
 * }
 * }</pre>
 *
 * <p>There is one server of each kind per build, shared by all its modules and test JVMs. It starts when the first
 * test asks for it and stops when the build is gone, however it went: Maven's end, or this JVM's where an IDE runs
 * the tests. With a container engine it is the official image, elsewhere a process made of what Maven Central holds;
 * {@code -Ddharma.test.backends=processes} or {@code containers} overrides that, where {@code auto} is the default.
 *
 * <p>A test that has to kill, freeze or fill a Redis starts one of its own: {@link RedisNode}, {@link RedisCluster} or
 * {@link RedisSentinels}.
 *
 * <p>A server that does not start fails the test with the server's last words. The one exception is Elasticsearch 9
 * where there is no JDK of 21 or later to run it: its tests are reported as skipped, with the reason.
 */
public final class Backends implements ParameterResolver, ExecutionCondition {

    private final @Nullable Backend elasticsearch;

    public Backends() {
        this(null);
    }

    /** Hands out this version of Elasticsearch where a parameter names none. */
    Backends(@Nullable Backend elasticsearch) {
        this.elasticsearch = elasticsearch;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return backend(parameter.getParameter()).isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Backend backend = backend(parameter.getParameter()).orElseThrow();
        return server(backend, SharedServers.address(backend));
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getElement().stream()
                .flatMap(Backends::parameters)
                .flatMap(parameter -> backend(parameter).stream())
                .filter(Backend::mayBeAbsent)
                .flatMap(backend -> SharedServers.whyAbsent(backend).stream())
                .findFirst()
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("every server can run here"));
    }

    /** What a test needs, or for a class what all its tests need. */
    private static Stream<Parameter> parameters(AnnotatedElement element) {
        if (element instanceof Method method) {
            return Arrays.stream(method.getParameters());
        }
        if (element instanceof Class<?> type) {
            Stream<Executable> constructors = Arrays.stream(type.getDeclaredConstructors());
            Stream<Executable> setUp = Arrays.stream(type.getDeclaredMethods())
                    .filter(method ->
                            method.isAnnotationPresent(BeforeAll.class) || method.isAnnotationPresent(BeforeEach.class))
                    .map(Executable.class::cast);
            return Stream.concat(constructors, setUp).flatMap(setter -> Arrays.stream(setter.getParameters()));
        }
        return Stream.empty();
    }

    private Optional<Backend> backend(Parameter parameter) {
        Class<?> type = parameter.getType();
        if (type == RedisServer.class) {
            return Optional.of(Backend.REDIS);
        }
        if (type == KafkaServer.class) {
            return Optional.of(Backend.KAFKA);
        }
        if (type == ZipkinServer.class) {
            return Optional.of(Backend.ZIPKIN);
        }
        return type == ElasticsearchServer.class ? elasticsearch(parameter) : Optional.empty();
    }

    private Optional<Backend> elasticsearch(Parameter parameter) {
        Elasticsearch wanted = parameter.getAnnotation(Elasticsearch.class);
        if (wanted == null) {
            return Optional.ofNullable(elasticsearch);
        }
        return Optional.of(
                switch (wanted.value()) {
                    case 8 -> Backend.ELASTICSEARCH_8;
                    case 9 -> Backend.ELASTICSEARCH_9;
                    default ->
                        throw new ExtensionConfigurationException("no Elasticsearch " + wanted.value() + ", only 8, 9");
                });
    }

    private static Object server(Backend backend, String address) {
        return switch (backend) {
            case REDIS -> new RedisServer(URI.create(address));
            case KAFKA -> new KafkaServer(address);
            case ELASTICSEARCH_8, ELASTICSEARCH_9 ->
                new ElasticsearchServer(URI.create(address), Artifacts.version(backend));
            case ZIPKIN -> new ZipkinServer(URI.create(address));
        };
    }
}
