package io.dharma.tracing.trace;

import static io.dharma.tracing.trace.Given.nothing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TracedProxyTest {

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.create();

    interface OrderService {
        @Traced
        String find(long id) throws IOException;

        @Traced(value = "find by name", kind = SpanKind.CLIENT)
        String find(String name);

        @Traced
        default String twice(long id) throws IOException {
            return find(id) + find(id);
        }

        @Traced
        CompletableFuture<String> load(long id);

        String plain();

        @Traced
        void fails(Throwable failure) throws Exception;
    }

    static class Orders implements OrderService {
        final CompletableFuture<String> loading = new CompletableFuture<>();

        @Override
        public String find(long id) throws IOException {
            return "order " + id;
        }

        @Override
        public String find(String name) {
            return "order " + name;
        }

        @Override
        public CompletableFuture<String> load(long id) {
            return loading;
        }

        @Override
        @Traced("marked by the implementation")
        public String plain() {
            return find("self");
        }

        @Override
        public void fails(Throwable failure) throws Exception {
            TracedProxyTest.<RuntimeException>sneak(failure);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Orders;
        }

        @Override
        public int hashCode() {
            return 42;
        }

        @Override
        public String toString() {
            return "Orders";
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> void sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    private OrderService proxy() {
        return fixture.tracer().proxy(OrderService.class, new Orders());
    }

    @Test
    void markedMethod_isABlockNamedAfterTypeAndMethod() throws Exception {
        assertThat(proxy().find(7)).isEqualTo("order 7");

        assertThat(fixture.span("OrderService.find").getKind()).isEqualTo(SpanKind.INTERNAL);
    }

    @Test
    void overloadedMethod_hasItsOwnNameAndKind() {
        assertThat(proxy().find("a")).isEqualTo("order a");

        assertThat(fixture.span("find by name").getKind()).isEqualTo(SpanKind.CLIENT);
    }

    @Test
    void markOnTheImplementation_countsAndSelfInvocationIsNotSeen() {
        assertThat(proxy().plain()).isEqualTo("order self");

        assertThat(fixture.names()).containsExactly("marked by the implementation");
    }

    @Test
    void defaultMethod_isTracedAndItsSelfInvocationsAreNot() throws Exception {
        assertThat(proxy().twice(1)).isEqualTo("order 1order 1");

        assertThat(fixture.names()).containsExactly("OrderService.twice");
    }

    @Test
    void asynchronousMethod_endsItsBlockWithTheStage() {
        Orders orders = new Orders();
        CompletableFuture<String> returned =
                fixture.tracer().proxy(OrderService.class, orders).load(1);

        assertThat(returned).isSameAs(orders.loading);
        assertThat(fixture.counts().open()).isEqualTo(1);
        orders.loading.completeExceptionally(new IOException("refused"));
        assertThat(fixture.span("OrderService.load").getStatus().getDescription())
                .isEqualTo("refused");
    }

    @Test
    void exceptions_comeOutUnchanged() {
        for (Throwable failure : List.of(
                new IOException("checked"), new IllegalStateException("unchecked"), new AssertionError("error"))) {
            assertThat(catchThrowable(() -> proxy().fails(failure))).isSameAs(failure);
        }

        assertThat(fixture.finished()).hasSize(3).allSatisfy(span -> {
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getEvents()).hasSize(1);
        });
    }

    @Test
    void objectMethods_areTheImplementationsAndNotTraced() {
        OrderService one = proxy();
        OrderService other = proxy();

        OrderService self = one;
        assertThat(one.equals(self)).isTrue();
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(new Orders()).hasToString("Orders");
        assertThat(one.equals(new Orders())).isFalse();
        assertThat(one.equals(nothing())).isFalse();
        assertThat(one).isNotEqualTo(fixture.tracer().proxy(Runnable.class, () -> {}));
        assertThat(fixture.finished()).isEmpty();
    }

    @Traced(kind = SpanKind.PRODUCER)
    interface Marked {
        void inherited();

        @Traced("own")
        void own();
    }

    interface Extended extends Marked {
        void added();
    }

    @Traced("everything")
    abstract static class MarkedBase {}

    static class MarkedImplementation extends MarkedBase implements Extended {
        @Override
        public void inherited() {}

        @Override
        public void own() {}

        @Override
        public void added() {}
    }

    static class UnmarkedImplementation implements Extended {
        @Override
        public void inherited() {}

        @Override
        public void own() {}

        @Override
        public void added() {}
    }

    private static void callAll(Extended extended) {
        extended.inherited();
        extended.own();
        extended.added();
    }

    @Test
    void markOnTheInterface_coversWhatItDeclares() {
        callAll(fixture.tracer().proxy(Extended.class, new UnmarkedImplementation()));

        assertThat(fixture.names()).containsExactly("Extended.inherited", "own");
        assertThat(fixture.span("Extended.inherited").getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(fixture.span("own").getKind()).isEqualTo(SpanKind.INTERNAL);
    }

    @Test
    void markOnTheImplementationsType_countsBeforeTheInterfacesAndAfterAMethods() {
        callAll(fixture.tracer().proxy(Extended.class, new MarkedImplementation()));

        assertThat(fixture.names()).containsExactly("everything", "own", "everything");
    }

    interface Repository<T> {
        T save(T entity);
    }

    static class TextRepository implements Repository<String> {
        @Override
        @Traced("save text")
        public String save(String text) {
            return text + "!";
        }
    }

    static class BaseRepository<T> implements Repository<T> {
        @Override
        @Traced("save in base")
        public T save(T entity) {
            return entity;
        }
    }

    static class DerivedRepository extends BaseRepository<String> {}

    @Test
    void genericMethod_isFoundBehindItsBridge() {
        Repository<String> text = asRepository(new TextRepository());
        Repository<String> derived = asRepository(new DerivedRepository());

        assertThat(text.save("a")).isEqualTo("a!");
        assertThat(derived.save("b")).isEqualTo("b");
        assertThat(fixture.names()).containsExactly("save text", "save in base");
    }

    @SuppressWarnings("unchecked")
    private Repository<String> asRepository(Repository<String> implementation) {
        return fixture.tracer().proxy(Repository.class, implementation);
    }

    @FunctionalInterface
    interface Greeting {
        @Traced
        String greet(String name);
    }

    @Test
    void lambda_canBeTheImplementation() {
        Greeting greeting = fixture.tracer().proxy(Greeting.class, name -> "hello " + name);

        assertThat(greeting.greet("you")).isEqualTo("hello you");
        assertThat(fixture.names()).containsExactly("Greeting.greet");
    }

    @Test
    void interfaceOfTheJdk_canBeProxied() {
        Runnable runnable = fixture.tracer().proxy(Runnable.class, new Runnable() {
            @Override
            @Traced("job")
            public void run() {}
        });
        runnable.run();

        assertThat(fixture.names()).containsExactly("job");
    }

    @Test
    void proxy_refusesWhatItCannotDo() {
        assertThatThrownBy(() -> fixture.tracer().proxy(Orders.class, new Orders()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only an interface can be proxied");
        assertThatThrownBy(() -> fixture.tracer().proxy(OrderService.class, nothing()))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void noopTracersProxy_passesCallsOn() throws Exception {
        OrderService orders = DharmaTracer.noop().proxy(OrderService.class, new Orders());

        assertThat(orders.find(1)).isEqualTo("order 1");
    }

    @Test
    void concurrentFirstCalls_areAllTraced() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        OrderService orders = proxy();
        CountDownLatch go = new CountDownLatch(1);
        List<Future<String>> results = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            results.add(pool.submit(() -> {
                go.await();
                return orders.find(1) + orders.find("a") + orders.plain();
            }));
        }
        go.countDown();
        for (Future<String> result : results) {
            assertThat(result.get(20, TimeUnit.SECONDS)).isEqualTo("order 1order aorder self");
        }
        pool.shutdownNow();

        assertThat(fixture.finished()).hasSize(3 * threads);
    }
}
