package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.RecentlyUsed;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Prepares names for chains: not empty, not too long, and without secrets. Most names come again and again, so what was
 * made of them is remembered, which also lets all hops share it. Any thread.
 */
final class HopTexts {

    static final int MAX_LENGTH = 256;

    private static final String UNNAMED = "<unnamed>";
    private static final int REMEMBERED = 1_000;

    /** One that is longer has something of the one request in it, most likely, and will not come again. */
    private static final int MAX_REMEMBERED_LENGTH = 100;

    private final UnaryOperator<String> redaction;
    private final Map<String, String> prepared = new RecentlyUsed<>(REMEMBERED);

    HopTexts(UnaryOperator<String> redaction) {
        this.redaction = redaction;
    }

    String prepare(String name) {
        if (name.length() > MAX_REMEMBERED_LENGTH) {
            return make(name);
        }
        String known = recall(name);
        if (known != null) {
            return known;
        }
        // Without the lock: a redaction that never returns must not keep the thread that goes on without it.
        String made = make(name);
        remember(name, made);
        return made;
    }

    private synchronized @Nullable String recall(String name) {
        return prepared.get(name);
    }

    private synchronized void remember(String name, String made) {
        prepared.put(name, made);
    }

    private String make(String name) {
        String clean = redaction.apply(name);
        String shown = clean.isBlank() ? UNNAMED : clean;
        return shown.length() <= MAX_LENGTH ? shown : shown.substring(0, endOfText(shown));
    }

    /** Not in the middle of a character. */
    private static int endOfText(String text) {
        return Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
    }
}
