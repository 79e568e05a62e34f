package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/**
 * Passwords as clients of databases take them on their command lines, where nothing names them: {@code mysql -phunter2},
 * {@code sqlplus scott/tiger@orcl}.
 */
final class ClientScanner implements Scanner {

    /** So far behind the client's name a password stands. */
    private static final int LOOK = 256;

    @Override
    public String triggers() {
        return "msMS";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        if (Ascii.startsWithLower(text, at, "mysql") || Ascii.startsWithLower(text, at, "mariadb")) {
            return mysql(text, at);
        }
        return Ascii.startsWithLower(text, at, "sqlplus ") ? sqlplus(text, at + "sqlplus ".length()) : null;
    }

    /** Joined to its option; with a blank between, it is the name of a database. What follows no option is a sentence. */
    private static @Nullable Find mysql(CharSequence text, int at) {
        int limit = Math.min(text.length(), at + LOOK);
        int nameEnd = Math.min(limit, Ascii.endOfWord(text, at));
        if (!Ascii.startsWith(text, nameEnd, " -")) {
            return null;
        }
        for (int i = nameEnd; i < limit && text.charAt(i) != '\n'; i++) {
            if (Ascii.startsWith(text, i, " -p")) {
                return password(text, i + 3);
            }
        }
        return null;
    }

    private static @Nullable Find password(CharSequence text, int start) {
        return start < text.length() && !Ascii.isSpace(text.charAt(start))
                ? new AssignedValue(text, start, Sensitivity.CERTAIN, false).find()
                : null;
    }

    private static @Nullable Find sqlplus(CharSequence text, int start) {
        int limit = Math.min(text.length(), start + LOOK);
        int i = start;
        while (i < limit && Ascii.isAt(text, i, '-')) {
            i = endOfArgument(text, i, limit) + 1;
        }
        int slash = i;
        while (slash < limit && (Ascii.isBase64Url(text.charAt(slash)) || Ascii.isAt(text, slash, '$'))) {
            slash++;
        }
        if (slash == i || !Ascii.isAt(text, slash, '/')) {
            return null;
        }
        int end = slash + 1;
        while (end < limit && text.charAt(end) != '@' && !Ascii.isSpace(text.charAt(end))) {
            end++;
        }
        boolean secret =
                !AssignedValue.isStandIn(text, slash + 1, end) && !Ascii.startsWith(text, slash + 1, Find.MARKER);
        return secret ? Find.secret(slash + 1, end, Rule.ASSIGNMENT) : null;
    }

    private static int endOfArgument(CharSequence text, int from, int limit) {
        int end = from;
        while (end < limit && text.charAt(end) != ' ') {
            end++;
        }
        return end;
    }
}
