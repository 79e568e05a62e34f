package io.dharma.tracing.internal.text;

/**
 * A text in which {@code *} stands for any characters, also none and also slashes. Nothing else is special. Matching
 * takes one pass over the candidate, whatever the pattern.
 */
public final class Glob {

    private final String pattern;
    private final String[] pieces;

    public Glob(String pattern) {
        this.pattern = pattern;
        this.pieces = pattern.split("\\*", -1);
    }

    /** A star of the other has no literal here to meet, so only a star can take it: then whatever it stands for, too. */
    public boolean covers(Glob other) {
        return matches(other.pattern);
    }

    public boolean matches(String text) {
        return pieces.length == 1 ? text.equals(pattern) : matchesPieces(text);
    }

    /** First and last piece are anchored; those between may each take their leftmost place. */
    private boolean matchesPieces(String text) {
        String first = pieces[0];
        String last = pieces[pieces.length - 1];
        int from = first.length();
        int end = text.length() - last.length();
        if (from > end || !text.startsWith(first) || !text.endsWith(last)) {
            return false;
        }
        for (int i = 1; i < pieces.length - 1; i++) {
            int at = text.indexOf(pieces[i], from);
            if (at < 0 || at + pieces[i].length() > end) {
                return false;
            }
            from = at + pieces[i].length();
        }
        return true;
    }

    @Override
    public String toString() {
        return pattern;
    }
}
