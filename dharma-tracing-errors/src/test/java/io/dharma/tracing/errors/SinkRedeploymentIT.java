package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.kafka.KafkaErrorSink;
import io.dharma.tracing.errors.redis.RedisErrorCache;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.testsupport.backends.Backends;
import io.dharma.tracing.testsupport.backends.KafkaServer;
import io.dharma.tracing.testsupport.backends.RedisServer;
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
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An application with sinks, that is stopped in a JVM that lives on. */
@ExtendWith(Backends.class)
class SinkRedeploymentIT {

    @Test
    void loader_isCollectedWithinFiveSecondsOfClose(RedisServer redis, KafkaServer kafka) throws Exception {
        WeakReference<ClassLoader> gone = deployAndStop(redis.uri().toString(), kafka.bootstrapServers());

        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> {
            System.gc();
            return gone.get() == null;
        });
        assertThat(gone.get()).isNull();
    }

    private static WeakReference<ClassLoader> deployAndStop(String redis, String kafka) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            loader.loadClass(Application.class.getName())
                    .getMethod("run", String.class, String.class)
                    .invoke(null, redis, kafka);
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

        public static void run(String redis, String kafka) throws Exception {
            Failures failures = new Failures(System.nanoTime());
            ErrorEvent event = failures.event(failures.group(), "user-1");
            RedisErrorCache cache = RedisErrorCache.builder(redis, "pod-1")
                    .timeout(Duration.ofSeconds(10))
                    .claimWithin(Duration.ofSeconds(30))
                    .build();
            KafkaErrorSink sink = KafkaErrorSink.builder(kafka, "sink-redeployment")
                    .timeout(Duration.ofSeconds(20))
                    .build();
            deliver(cache, event);
            deliver(sink, event);
            boolean works =
                    cache.affectedUsers(event.group()).toCompletableFuture().get(30, TimeUnit.SECONDS) == 1
                            && cache.isNewInFleet(event.group())
                                    .toCompletableFuture()
                                    .get(30, TimeUnit.SECONDS);
            cache.close(Duration.ofSeconds(1));
            sink.close(Duration.ofSeconds(3));
            if (!works) {
                throw new AssertionError("it does not work there");
            }
        }

        /** The broker makes the topic when it is asked for first, which takes a moment. */
        private static void deliver(Sink<ErrorRecord> sink, ErrorEvent event) throws Exception {
            for (int attempt = 0; ; attempt++) {
                Delivery delivery = onAThreadOfItsOwn(sink, event);
                // Not by equals(), which is the JDK's for these: it keeps the loader of the last that were compared.
                if (delivery instanceof Delivery.Delivered) {
                    return;
                }
                if (attempt == 20) {
                    throw new AssertionError(delivery);
                }
            }
        }

        private static Delivery onAThreadOfItsOwn(Sink<ErrorRecord> sink, ErrorEvent event) throws Exception {
            CompletableFuture<Delivery> delivery = new CompletableFuture<>();
            Thread worker = new Thread(() -> sink.deliver(List.of(event))
                    .thenAccept(delivery::complete)
                    .toCompletableFuture()
                    .join());
            worker.start();
            worker.join();
            return delivery.join();
        }
    }
}
