package io.dharma.tracing.errors;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose errors they are. Immutable; any thread.
 *
 * @param name the service, as {@code service.name} of its resource
 * @param version what is deployed, as {@code service.version}: the release; null if that is not known
 * @param environment where, as {@code deployment.environment.name}; null if that is not known
 * @param instance this process among those of the service, as {@code service.instance.id}; unique
 * @param host the machine, as {@code host.name}; null if that is not known
 */
public record ServiceIdentity(
        String name,
        @Nullable String version,
        @Nullable String environment,
        String instance,
        @Nullable String host) {

    /** @throws IllegalArgumentException if name or instance are empty */
    public ServiceIdentity {
        requireText(name, "name");
        requireText(instance, "instance");
    }

    private static void requireText(String text, String what) {
        if (Objects.requireNonNull(text, what).isEmpty()) {
            throw new IllegalArgumentException(what + " must not be empty");
        }
    }

    /** What is deployed, if that is known. */
    public Optional<String> release() {
        return Optional.ofNullable(version);
    }

    /** The machine, if that is known. */
    public Optional<String> hostName() {
        return Optional.ofNullable(host);
    }
}
