package io.dharma.tracing.errors.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A standalone server. */
class RedisErrorCacheTest extends RedisErrorCacheContract {

    private RedisNode redis;

    @BeforeAll
    void start() throws IOException {
        redis = RedisNode.start("appendonly no");
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    @Override
    RedisErrorCache.Builder builder(String instance) {
        return RedisErrorCache.builder(redis.uri().toString(), instance);
    }

    @Override
    List<RedisNode> masters() {
        return List.of(redis);
    }

    @Test
    void builder_refusesWhatCannotBe() {
        RedisErrorCache.Builder builder = RedisErrorCache.builder("redis://u:secret@localhost", "pod-1");

        assertThatThrownBy(() -> RedisErrorCache.builder("redis://localhost", ""))
                .hasMessageContaining("instance");
        assertThatThrownBy(() -> RedisErrorCache.builder("http://u:secret@localhost", "pod-1"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("secret");
        assertThatThrownBy(() -> builder.keyPrefix("{a}")).hasMessageContaining("keyPrefix");
        assertThatThrownBy(() -> builder.keepRatesFor(Duration.ZERO)).hasMessageContaining("keepRatesFor");
        assertThatThrownBy(() -> builder.keepGroupsFor(Duration.ofDays(1_000))).hasMessageContaining("keepGroupsFor");
        assertThatThrownBy(() -> builder.claimWithin(Duration.ZERO)).hasMessageContaining("claimWithin");
        RedisErrorCache cache = builder.build();
        assertThatThrownBy(() -> cache.claimAlert("key", Duration.ZERO)).hasMessageContaining("cooldown");
        assertThat(cache.toString())
                .contains("...@localhost:6379", "keepRatesFor=PT2H")
                .doesNotContain("secret");
        cache.close(Duration.ofSeconds(1));
    }

    @Test
    void cache_withoutLettuceSaysWhatIsMissing() throws Exception {
        URL[] classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("lettuce") && !entry.contains("netty") && !entry.contains("reactor"))
                .map(entry -> url(entry))
                .toArray(URL[]::new);
        try (URLClassLoader withoutLettuce = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = withoutLettuce.loadClass(RedisErrorCache.class.getName());
            Object builder =
                    type.getMethod("builder", String.class, String.class).invoke(null, "redis://localhost", "pod-1");

            assertThatThrownBy(() -> builder.getClass().getMethod("build").invoke(builder))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("io.lettuce:lettuce-core");
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }
}
