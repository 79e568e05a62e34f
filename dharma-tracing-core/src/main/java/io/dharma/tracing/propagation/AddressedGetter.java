package io.dharma.tracing.propagation;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the headers of a request, and knows who sent it: what {@link TrustedCallers#inNetworks} asks. Implement it where
 * an integration implements {@link TextMapGetter}.
 *
 * <p>Threading and errors as for any getter: called on the request's thread; what it throws is contained.
 *
 * @param <C> the request
 */
public interface AddressedGetter<C> extends TextMapGetter<C> {

    /**
     * The address at the other end of the request's connection, as text: {@code 10.1.2.3} or {@code fd00::7}, without a
     * port. A host name is no address, and nobody looks it up.
     *
     * @return null if it is not known
     */
    @Nullable
    String callerAddress(@Nullable C carrier);

    /** The given getter, for one request whose sender is known. */
    static <C> AddressedGetter<C> of(TextMapGetter<C> getter, @Nullable String callerAddress) {
        Objects.requireNonNull(getter, "getter");
        return new AddressedGetter<>() {
            @Override
            public @Nullable String callerAddress(@Nullable C carrier) {
                return callerAddress;
            }

            @Override
            @SuppressWarnings("deprecation") // keys() is, and has to be implemented
            public Iterable<String> keys(C carrier) {
                return getter.keys(carrier);
            }

            @Override
            public @Nullable String get(@Nullable C carrier, String key) {
                return getter.get(carrier, key);
            }

            @Override
            public Iterator<String> getAll(@Nullable C carrier, String key) {
                return getter.getAll(carrier, key);
            }
        };
    }
}
