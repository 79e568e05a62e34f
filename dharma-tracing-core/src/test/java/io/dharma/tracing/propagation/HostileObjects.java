package io.dharma.tracing.propagation;

import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What an application may hand us on a bad day. */
final class HostileObjects {

    private HostileObjects() {}

    /** A state that takes no notice of the grammar. */
    static TraceState traceState(String key, String value) {
        return new TraceState() {
            @Override
            public String get(String wanted) {
                return value;
            }

            @Override
            public int size() {
                return 1;
            }

            @Override
            public boolean isEmpty() {
                return false;
            }

            @Override
            public void forEach(BiConsumer<String, String> consumer) {
                consumer.accept(key, value);
            }

            @Override
            public Map<String, String> asMap() {
                return Map.of(key, value);
            }

            @Override
            public TraceStateBuilder toBuilder() {
                return TraceState.builder();
            }
        };
    }

    /** Throws whatever it is asked. */
    static <T extends Throwable> TextMapGetter<Headers> getter(T failure) {
        return new TextMapGetter<>() {
            @Override
            @SuppressWarnings("deprecation") // keys() is, and has to be implemented
            public Iterable<String> keys(Headers headers) {
                throw HostileObjects.<RuntimeException>sneaky(failure);
            }

            @Override
            public @Nullable String get(@Nullable Headers headers, String name) {
                throw HostileObjects.<RuntimeException>sneaky(failure);
            }

            @Override
            public Iterator<String> getAll(@Nullable Headers headers, String name) {
                throw HostileObjects.<RuntimeException>sneaky(failure);
            }
        };
    }

    /** Has every header, in lines without end. */
    static TextMapGetter<Headers> endlessGetter(String line) {
        return new TextMapGetter<>() {
            @Override
            @SuppressWarnings("deprecation") // keys() is, and has to be implemented
            public Iterable<String> keys(Headers headers) {
                return () -> endless("uberctx-key");
            }

            @Override
            public String get(@Nullable Headers headers, String name) {
                return line;
            }

            @Override
            public Iterator<String> getAll(@Nullable Headers headers, String name) {
                return endless(line);
            }
        };
    }

    private static Iterator<String> endless(String line) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public String next() {
                return line;
            }
        };
    }

    /** Text with everything in it that headers must not have, and everything that headers do have. */
    static String text(Random random, int longest) {
        String alphabet = "aZ09-_=;,:%@*/ \t\"\\+.!\r\n\0\u007f\u00e9\u20ac\ud83d\ude00\ud800\udc00\uffff";
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(longest + 1);
        while (text.length() < length) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the way to throw a checked exception undeclared
    static <T extends Throwable> T sneaky(Throwable failure) throws T {
        throw (T) failure;
    }
}
