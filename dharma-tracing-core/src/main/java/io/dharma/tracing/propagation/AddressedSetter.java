package io.dharma.tracing.propagation;

import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the headers of a request, and knows where that goes: what {@link OutboundHosts} decides by. Implement it where
 * an integration implements {@link TextMapSetter}; with a mere setter, correlation leaves only if it may go everywhere.
 *
 * <p>Threading and errors as for any setter: called on the request's thread; what it throws is contained.
 *
 * @param <C> the request
 */
public interface AddressedSetter<C> extends TextMapSetter<C> {

    /**
     * The host that the request goes to, a name or an address, without a port.
     *
     * @return null if it is not known
     */
    @Nullable
    String destinationHost(@Nullable C carrier);

    /** The given setter, for one request whose destination is known. */
    static <C> AddressedSetter<C> of(TextMapSetter<C> setter, @Nullable String destinationHost) {
        Objects.requireNonNull(setter, "setter");
        return new AddressedSetter<>() {
            @Override
            public @Nullable String destinationHost(@Nullable C carrier) {
                return destinationHost;
            }

            @Override
            public void set(@Nullable C carrier, String key, String value) {
                setter.set(carrier, key, value);
            }
        };
    }
}
