package io.dharma.tracing.redaction;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What each attribute's name means for its value. An application has few names and uses them all the time, so the
 * answers are remembered, but no more of them than memory can stand if names turn out to be made up. Any thread.
 */
final class Names {

    static final int MOST_REMEMBERED = 1024;
    private static final int LONGEST_REMEMBERED = 128;

    /** As {@code Correlation.ATTRIBUTE} has it, which this room does not know. */
    private static final String CORRELATION_ID = "dharma.correlation_id";

    private final Map<String, Treatment> remembered = new ConcurrentHashMap<>();
    private final KeyList keys;
    private final Predicate<String> harmless;
    private final Set<String> allowed;
    private final Set<String> identities;
    private final boolean urls;
    private final boolean statements;

    /**
     * @param harmless whether a name holds no secret itself: some are made of what users type
     * @param allowed normalised
     * @param identities normalised
     */
    Names(
            KeyList keys,
            Predicate<String> harmless,
            Set<String> allowed,
            Set<String> identities,
            boolean urls,
            boolean statements) {
        this.keys = keys;
        this.harmless = harmless;
        this.allowed = allowed;
        this.identities = identities;
        this.urls = urls;
        this.statements = statements;
    }

    Treatment of(String name) {
        Treatment known = remembered.get(name);
        if (known != null) {
            return known;
        }
        Treatment found = find(name);
        boolean room = name.length() <= LONGEST_REMEMBERED && remembered.size() < MOST_REMEMBERED;
        if (room && harmless.test(name)) {
            remembered.put(name, found);
        }
        return found;
    }

    /** Whether it was asked for before, and holds no secret itself. */
    boolean isKnown(String name) {
        return remembered.containsKey(name);
    }

    /** How many answers there are. */
    int remembered() {
        return remembered.size();
    }

    private Treatment find(String name) {
        String normal = KeyList.normalise(name);
        if (allowed.contains(normal)) {
            return Treatment.ALLOWED;
        }
        if (identities.contains(normal)) {
            return Treatment.IDENTITY;
        }
        if (keys.isSecret(name)) {
            return Treatment.SECRET;
        }
        Treatment convention = byConvention(name);
        return convention == null ? Treatment.SEARCHED : convention;
    }

    private @Nullable Treatment byConvention(String name) {
        if (name.equals(CORRELATION_ID)) {
            return Treatment.CORRELATION;
        }
        if (urls && name.equals("url.query")) {
            return Treatment.QUERY;
        }
        if (!statements) {
            return null;
        }
        if (name.equals("db.query.text") || name.equals("db.statement")) {
            return Treatment.STATEMENT;
        }
        boolean parameter = name.startsWith("db.query.parameter.") || name.startsWith("db.operation.parameter.");
        return parameter ? Treatment.PARAMETER : null;
    }
}
