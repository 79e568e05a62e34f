package io.dharma.tracing.errors.elasticsearch;

import io.dharma.tracing.errors.EventQuery;
import io.dharma.tracing.errors.GroupQuery;
import io.dharma.tracing.errors.GroupState;
import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.backends.Backends;
import io.dharma.tracing.testsupport.backends.Elasticsearch;
import io.dharma.tracing.testsupport.backends.ElasticsearchServer;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An application with a store, that is stopped and started again in the same JVM. */
@ExtendWith(Backends.class)
class ElasticsearchRedeploymentIT {

    @Test
    void loader_isCollectedWithinFiveSecondsOfClose(@Elasticsearch(8) ElasticsearchServer server) throws Exception {
        WeakReference<ClassLoader> gone = deployAndStop(server.uri().toString());

        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> {
            System.gc();
            return gone.get() == null;
        });
    }

    private static WeakReference<ClassLoader> deployAndStop(String url) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            loader.loadClass(Application.class.getName())
                    .getMethod("run", String.class)
                    .invoke(null, url);
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

    /** Writes and asks. */
    public static final class Application {

        private Application() {}

        public static void run(String url) throws Exception {
            ElasticsearchErrorStore store = ElasticsearchErrorStore.builder(url)
                    .namespace("t" + UUID.randomUUID().toString().replace("-", ""))
                    .timeout(Duration.ofSeconds(60))
                    .build();
            Delivery delivery = store.deliver(List.of(
                            SampleErrors.event(1),
                            SampleErrors.count("c", "v1-a", 1, 1),
                            SampleErrors.change("v1-a", GroupState.NEW, Instant.EPOCH)))
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
            store.events(EventQuery.all()).toCompletableFuture().get(60, TimeUnit.SECONDS);
            store.groups(GroupQuery.all()).toCompletableFuture().get(60, TimeUnit.SECONDS);
            store.close(Duration.ofSeconds(1));
            if (!(delivery instanceof Delivery.Delivered)) {
                throw new AssertionError(delivery);
            }
        }
    }
}
