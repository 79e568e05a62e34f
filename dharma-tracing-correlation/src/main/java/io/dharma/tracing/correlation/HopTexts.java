package io.dharma.tracing.correlation;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Prepares names for chains: not empty, not too long, and without secrets. Most names come again and again, so what was
 * made of them is remembered, which also lets all hops share it. One thread at a time.
 */
final class HopTexts {

    static final int MAX_LENGTH = 256;

    private static final String UNNAMED = "<unnamed>";
    private static final int REMEMBERED = 1_000;

    private final UnaryOperator<String> redaction;
    private final Map<String, String> prepared = new RecentlyUsed<>(REMEMBERED);

    HopTexts(UnaryOperator<String> redaction) {
        this.redaction = redaction;
    }

    String prepare(String name) {
        // One that is too long comes with an identity in it, most likely, and will not come again.
        return name.length() > MAX_LENGTH ? make(name) : prepared.computeIfAbsent(name, this::make);
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
