package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Sources;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a process might have been told, without telling this one. */
final class Given {

    final Map<String, String> environment = new LinkedHashMap<>();
    final Map<String, String> properties = new LinkedHashMap<>();
    private @Nullable String file;

    static Given nothing() {
        return new Given();
    }

    Given environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Given property(String name, String value) {
        properties.put(name, value);
        return this;
    }

    Given file(String content) {
        file = content;
        return this;
    }

    DharmaConfig.Builder builder() {
        return DharmaConfig.builder().from(new Sources(environment, properties, classPath()));
    }

    DharmaConfig config() {
        return builder().build();
    }

    private ClassLoader classPath() {
        return new ClassLoader(null) {
            @Override
            public @Nullable URL getResource(String name) {
                return file == null || !name.equals("dharma-tracing.properties") ? null : inMemory(file);
            }
        };
    }

    @SuppressWarnings("deprecation") // The replacement of this constructor came with Java 20.
    private static URL inMemory(String content) {
        try {
            return new URL(null, "memory:/dharma-tracing.properties", new URLStreamHandler() {
                @Override
                protected URLConnection openConnection(URL url) {
                    return new URLConnection(url) {
                        @Override
                        public void connect() {
                            // Nothing to connect to.
                        }

                        @Override
                        public InputStream getInputStream() {
                            return new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8));
                        }
                    };
                }
            });
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
