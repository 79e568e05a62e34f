package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSumData;
import io.opentelemetry.sdk.resources.Resource;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A reader of the application is asked all that it would be asked, and gets what may leave the process. */
class RedactingReaderTest {

    private final List<String> asked = new ArrayList<>();
    private CollectionRegistration given = CollectionRegistration.noop();

    private final MetricReader reader = (MetricReader) Proxy.newProxyInstance(
            RedactingReaderTest.class.getClassLoader(), new Class<?>[] {MetricReader.class}, this::asked);

    private @Nullable Object asked(Object proxy, Method method, Object @Nullable [] arguments) {
        asked.add(method.getName());
        if (arguments != null && arguments[0] instanceof CollectionRegistration registration) {
            given = registration;
        }
        return null;
    }

    /** Fails as soon as the SDK asks readers something that would not reach the application's. */
    @Test
    void everyMethodOfAReader_reachesTheReaderOfTheApplication() throws Exception {
        MetricReader redacting = new RedactingReader(reader, new MetricRedaction(UnaryOperator.identity()));

        for (Method method : instanceMethods(MetricReader.class)) {
            asked.clear();
            Object unused = method.invoke(redacting, new Object[method.getParameterCount()]);
            assertThat(asked).containsExactly(method.getName());
        }
    }

    /** Fails as soon as the SDK gives readers another way to collect, which would go around the redaction. */
    @Test
    void everyMethodOfARegistration_isOneThatRedacts() {
        assertThat(instanceMethods(CollectionRegistration.class))
                .extracting(Method::getName)
                .containsExactly("collectAllMetrics");
    }

    private static List<Method> instanceMethods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isBridge())
                .toList();
    }

    @Test
    void collectAllMetrics_leavesOutAndCountsWhatCannotBeRedacted() {
        MetricRedaction redaction = new MetricRedaction(metric -> {
            if (metric.getName().equals("unreadable")) {
                throw new IllegalStateException("no such card: hunter2");
            }
            return metric;
        });

        assertThat(collected(redaction, "orders", "unreadable", "logins"))
                .extracting(MetricData::getName)
                .containsExactly("orders", "logins");
        assertThat(redaction.failures()).isEqualTo(1);
    }

    /** Text that is nested deeply may overflow the stack, which is an error and no exception. */
    @Test
    void collectAllMetrics_leavesOutWhatAnErrorKeptFromBeingRedacted() {
        MetricRedaction redaction = new MetricRedaction(metric -> {
            throw new StackOverflowError();
        });

        assertThat(collected(redaction, "orders")).isEmpty();
        assertThat(redaction.failures()).isEqualTo(1);
    }

    private Collection<MetricData> collected(MetricRedaction redaction, String... names) {
        new RedactingReader(reader, redaction).register(new CollectionRegistration() {
            @Override
            public Collection<MetricData> collectAllMetrics() {
                return Arrays.stream(names).map(RedactingReaderTest::counter).toList();
            }
        });
        return given.collectAllMetrics();
    }

    private static MetricData counter(String name) {
        return ImmutableMetricData.createLongSum(
                Resource.empty(),
                InstrumentationScopeInfo.create("app"),
                name,
                "",
                "1",
                ImmutableSumData.create(
                        true,
                        AggregationTemporality.CUMULATIVE,
                        List.of(ImmutableLongPointData.create(
                                0, 1, Attributes.of(AttributeKey.stringKey("tenant"), "acme"), 1))));
    }
}
