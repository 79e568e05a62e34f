package io.dharma.tracing.correlation.redis;

import static io.dharma.tracing.correlation.redis.RedisStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.redis.Chains.CorrelationChain;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** An application with a store, that is stopped and started again in the same JVM. */
class RedisRedeploymentIT {

    @Test
    void loader_isCollectedWithinFiveSecondsOfClose() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            WeakReference<ClassLoader> gone = deployAndStop(redis);

            Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> {
                System.gc();
                return gone.get() == null;
            });
        }
    }

    private static WeakReference<ClassLoader> deployAndStop(RedisNode redis) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            loader.loadClass(Application.class.getName())
                    .getMethod("run", String.class)
                    .invoke(null, redis.uri().toString());
            return new WeakReference<>(loader);
        }
    }

    private static URL[] classPath() throws MalformedURLException {
        List<URL> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toUri().toURL());
        }
        return entries.toArray(URL[]::new);
    }

    /** Delivers on a thread of its own, as a pipeline does, and asks on one that lives on. */
    public static final class Application {

        private Application() {}

        public static void run(String uri) throws Exception {
            RedisCorrelationStore store = RedisCorrelationStore.builder(uri)
                    .timeout(Duration.ofSeconds(10))
                    .build();
            CorrelationChain chain = new Chains(1, Chains.now()).next("user-1", true);
            deliver(store, chain);
            boolean works = await(store.hops(chain.id())).size() == Chains.HOPS
                    && await(store.find(ChainQuery.all())).size() == 1
                    && await(store.erase("user-1")) == 1;
            store.close(Duration.ofSeconds(1));
            if (!works) {
                throw new AssertionError("it does not work there");
            }
        }

        private static void deliver(RedisCorrelationStore store, CorrelationChain chain) throws Exception {
            CompletableFuture<Delivery> delivery = new CompletableFuture<>();
            Thread worker = new Thread(() -> store.deliver(chain.correlated())
                    .thenAccept(delivery::complete)
                    .toCompletableFuture()
                    .join());
            worker.start();
            worker.join();
            // Not by equals(), which is the JDK's for these: it keeps the loader of the last that were compared.
            if (!(delivery.join() instanceof Delivery.Delivered)) {
                throw new AssertionError(delivery.join());
            }
        }
    }

    @Test
    void application_worksWhereItIsNotRedeployed() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            Application.run(redis.uri().toString());
            assertThat(redis.ask("KEYS", "dharma:chain:*")).isEmpty();
        }
    }
}
