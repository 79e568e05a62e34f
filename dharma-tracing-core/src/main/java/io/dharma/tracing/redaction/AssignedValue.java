package io.dharma.tracing.redaction;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What follows a name and its sign: where it begins and ends, and whether it is a secret. It may be quoted, with
 * backslashes before the quotes where the text was quoted itself, in brackets, or bare.
 *
 * <p>A bare value ends where nothing but the next thing can follow: at white space, at the quote around all of it, at a
 * comma or an ampersand before the next pair, at brackets that close what was opened before. Where that is not certain,
 * too much is taken rather than too little. Deciding that it is no secret takes no look beyond its first characters.
 */
final class AssignedValue {

    /** So much of a value is looked at to tell what it is. */
    private static final int LOOK = 64;

    private static final int LONGEST_REFERENCE = 40;

    /** Settings and tables are aligned by blanks. */
    private static final int MOST_BLANKS = 32;

    private static final Set<String> STAND_INS = Set.of(
            ("null true false none nil undefined empty yes no n/a na unset unknown missing required invalid expired"
                            + " redacted masked hidden omitted removed incorrect wrong absent optional default disabled"
                            + " enabled ok failed provided set changed reset")
                    .split(" ", -1));

    /** Schemes of the authorization header whose credentials are lists of parameters. */
    private static final Set<String> LISTING =
            Set.of("digest", "oauth", "hawk", "aws4-hmac-sha256", "signature", "hmac");

    private final CharSequence text;
    private final int afterSign;
    private final Sensitivity sensitivity;
    private final boolean colon;

    /** @param colon whether the sign is one that prose uses, too */
    AssignedValue(CharSequence text, int afterSign, Sensitivity sensitivity, boolean colon) {
        this.text = text;
        this.afterSign = afterSign;
        this.sensitivity = sensitivity;
        this.colon = colon;
    }

    @Nullable
    Find find() {
        int start = afterBlanks(afterSign);
        if (colon && sensitivity == Sensitivity.CERTAIN) {
            start = onNextLine(start);
        }
        int escapes = 0;
        while (is(start + escapes, '\\') && escapes < 8) {
            escapes++;
        }
        if (start + escapes < text.length() && Ascii.isQuote(text.charAt(start + escapes))) {
            return quoted(start + escapes, escapes);
        }
        if (Ascii.startsWith(text, start, Find.MARKER)) {
            return null;
        }
        if (is(start, '[') || is(start, '{')) {
            return bracketed(start);
        }
        return bare(start, start > afterSign);
    }

    private int afterBlanks(int from) {
        int i = from;
        while (i < from + MOST_BLANKS && (is(i, ' ') || is(i, '\t'))) {
            i++;
        }
        return i;
    }

    /** As in YAML: alone on the next line, further in. Otherwise where it would begin on this line. */
    private int onNextLine(int start) {
        int lineEnd = is(start, '|') || is(start, '>') ? start + 1 : start;
        lineEnd = is(lineEnd, '-') && lineEnd > start ? lineEnd + 1 : lineEnd;
        lineEnd = is(lineEnd, '\r') ? lineEnd + 1 : lineEnd;
        if (!is(lineEnd, '\n')) {
            return start;
        }
        int next = afterBlanks(lineEnd + 1);
        int end = next;
        while (end < text.length() && end < next + LOOK && !Ascii.isSpace(text.charAt(end))) {
            end++;
        }
        boolean alone = end == text.length() || is(end, '\n') || is(end, '\r');
        return next > lineEnd + 1 && alone && !is(end - 1, ':') ? next : start;
    }

    private boolean is(int index, char c) {
        return Ascii.isAt(text, index, c);
    }

    // ---- quoted

    private @Nullable Find quoted(int quote, int escapes) {
        int start = quote + 1;
        int look = Math.min(text.length(), start + LOOK);
        int near = closing(text.charAt(quote), escapes, start, look);
        if (isStandIn(text, start, near) || !isSecret(start, near)) {
            return null;
        }
        return secret(start, near < look ? near : closing(text.charAt(quote), escapes, start, text.length()));
    }

    /** Where the quote closes; {@code limit} if it does not before that. */
    private int closing(char quote, int escapes, int start, int limit) {
        int run = 0;
        for (int i = start; i < limit; i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                run++;
            } else {
                boolean closes = c == quote && (escapes == 0 ? run % 2 == 0 : run <= escapes);
                if (closes) {
                    return i - Math.min(run, escapes);
                }
                run = 0;
            }
        }
        return limit;
    }

    // ---- in brackets

    /** A list or an object under a name that can only be a secret's goes as a whole. */
    private @Nullable Find bracketed(int start) {
        boolean list = is(start, '[');
        boolean whole = sensitivity == Sensitivity.CERTAIN
                || sensitivity == Sensitivity.SEVERAL
                || (list && (sensitivity == Sensitivity.AUTHORIZATION || sensitivity == Sensitivity.COOKIE));
        if (!whole) {
            return list ? new AssignedValue(text, start + 1, sensitivity, colon).firstOfList() : null;
        }
        int end = endOfBrackets(start);
        return isStandIn(text, start, end) || isStandIn(text, start + 1, end - 1) ? null : secret(start, end);
    }

    private @Nullable Find firstOfList() {
        return is(afterSign, '[') || is(afterSign, '{') ? null : find();
    }

    private int endOfBrackets(int start) {
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '[' || c == '{') {
                depth++;
            } else if (c == ']' || c == '}') {
                depth--;
                if (depth == 0) {
                    return i + 1;
                }
            }
        }
        return text.length();
    }

    // ---- bare

    private @Nullable Find bare(int start, boolean spaced) {
        if (sensitivity == Sensitivity.AUTHORIZATION) {
            int schemeEnd = endOfScheme(start);
            if (is(schemeEnd, ' ') && Ascii.startsWith(text, schemeEnd + 1, Find.MARKER)) {
                return null;
            }
            Find credentials = credentials(start, schemeEnd);
            if (credentials != null) {
                return credentials;
            }
        }
        if (sensitivity == Sensitivity.COOKIE && colon) {
            return holdsPair(start) ? secret(start, endOfLine(start)) : null;
        }
        int look = Math.min(text.length(), start + LOOK);
        int near = endOfBare(start, look);
        if (near == start || isStandIn(text, start, near) || !isSecret(start, near)) {
            return null;
        }
        if (colon && spaced && isProse(start, near)) {
            return null;
        }
        return secret(start, near < look ? near : endOfBare(start, text.length()));
    }

    private boolean isSecret(int start, int near) {
        return sensitivity.accepts(text, start, near) && !isPunctuation(start, near) && !isDone(start, near);
    }

    /** Whether what made it a secret was taken out already. */
    private boolean isDone(int start, int near) {
        for (int i = start; i < near && sensitivity != Sensitivity.CERTAIN; i++) {
            if (is(i, '[') && Ascii.startsWith(text, i, Find.MARKER)) {
                return true;
            }
        }
        return false;
    }

    private boolean isPunctuation(int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (Ascii.isWord(c) || c >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** A word after a colon and a blank, with another word behind it. */
    private boolean isProse(int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!Ascii.isLower(Ascii.lower(c)) && c != '\'') {
                return false;
            }
        }
        return is(end, ' ') && (is(end + 1, '[') || (end + 1 < text.length() && Ascii.isLetter(text.charAt(end + 1))));
    }

    private int endOfBare(int start, int limit) {
        int end = start;
        while (end < limit && !endsBare(end, start)) {
            end++;
        }
        // The full stop of a sentence.
        while (end < limit && end > start + 1 && is(end - 1, '.')) {
            end--;
        }
        return end;
    }

    private boolean endsBare(int i, int start) {
        char c = text.charAt(i);
        if (Ascii.isSpace(c) || c == '"' || c == '<' || c == '\\') {
            return true;
        }
        return switch (c) {
            case '\'', '`' -> i > start;
            case ',', ';', '&', '|' -> beginsNext(i + 1);
            case ')', ']', '}', '>' -> closesAll(i + 1);
            default -> false;
        };
    }

    /** Whether the text ends here, or there is a blank, or the next name with its sign. */
    private boolean beginsNext(int next) {
        if (next >= text.length() || Ascii.isSpace(text.charAt(next)) || is(next, '"') || is(next, '\'')) {
            return true;
        }
        int i = next;
        while (i < text.length() && i < next + LOOK && (Ascii.isBase64Url(text.charAt(i)) || is(i, '.'))) {
            i++;
        }
        return i > next && (is(i, '=') || is(i, ':'));
    }

    private boolean closesAll(int next) {
        if (next >= text.length() || Ascii.isSpace(text.charAt(next))) {
            return true;
        }
        return ",;.:)]}>\"'".indexOf(text.charAt(next)) >= 0;
    }

    // ---- headers

    private int endOfScheme(int start) {
        int end = start;
        while (end < text.length() && end < start + 24 && Ascii.isBase64Url(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /** The credentials behind their scheme; null if it is not such a pair. */
    private @Nullable Find credentials(int start, int schemeEnd) {
        if (schemeEnd == start || !is(schemeEnd, ' ')) {
            return null;
        }
        int credentials = schemeEnd + 1;
        if (LISTING.contains(lower(text, start, schemeEnd))) {
            return secret(credentials, endOfLine(credentials));
        }
        int look = Math.min(text.length(), credentials + LOOK);
        int near = endOfBare(credentials, look);
        if (!isSecret(credentials, near)) {
            return null;
        }
        return secret(credentials, near < look ? near : endOfBare(credentials, text.length()));
    }

    private boolean holdsPair(int start) {
        int i = start;
        while (i < text.length() && i < start + LOOK && (Ascii.isBase64Url(text.charAt(i)) || is(i, '.'))) {
            i++;
        }
        return i > start && is(i, '=') && !Ascii.startsWith(text, start, Find.MARKER);
    }

    /** Or to the quote around the header; quotes that open behind an equals sign are within it. */
    private int endOfLine(int start) {
        char open = 0;
        int end = start;
        while (end < text.length()) {
            char c = text.charAt(end);
            boolean escaped = c == '\\' && end + 1 < text.length();
            char quote = escaped ? text.charAt(end + 1) : c;
            if (c == '\n' || c == '\r' || (escaped && (quote == 'n' || quote == 'r'))) {
                break;
            }
            if (quote == '"' || quote == '\'') {
                if (open == 0 && !is(end - 1, '=')) {
                    break;
                }
                open = open == 0 ? quote : open == quote ? 0 : open;
            }
            end += escaped ? 2 : 1;
        }
        return Math.min(end, text.length());
    }

    // ---- what is none

    private @Nullable Find secret(int start, int end) {
        return end > start ? Find.secret(start, end, Rule.ASSIGNMENT) : null;
    }

    /** What people and programs write in place of a secret. */
    static boolean isStandIn(CharSequence text, int start, int end) {
        int length = end - start;
        if (length <= 0) {
            return true;
        }
        char first = text.charAt(start);
        if (isOneOver(text, start, end) && (length > 2 || !Ascii.isWord(first))) {
            return true;
        }
        if ("<[({$%:@?#".indexOf(first) >= 0 && isReference(text, start, end)) {
            return true;
        }
        return isStandInWord(text, start, end);
    }

    static boolean isStandInWord(CharSequence text, int start, int end) {
        return end - start <= 10 && STAND_INS.contains(lower(text, start, end));
    }

    private static String lower(CharSequence text, int start, int end) {
        return text.subSequence(start, end).toString().toLowerCase(Locale.ROOT);
    }

    /** {@code ****}, {@code xxxx}, {@code ...}. */
    private static boolean isOneOver(CharSequence text, int start, int end) {
        char first = text.charAt(start);
        if (Ascii.isWord(first) && first != 'x' && first != 'X') {
            return false;
        }
        for (int i = start + 1; i < end; i++) {
            if (text.charAt(i) != first) {
                return false;
            }
        }
        return true;
    }

    /** {@code ${PASSWORD}}, {@code <secret>}, {@code {{token}}}, {@code %s}, {@code :password}, {@code $1}. */
    private static boolean isReference(CharSequence text, int start, int end) {
        char first = text.charAt(start);
        char last = text.charAt(end - 1);
        boolean paired = (first == '<' && last == '>')
                || (first == '[' && last == ']')
                || (first == '(' && last == ')')
                || (first == '{' && last == '}')
                || (first == '%' && last == '%');
        if (paired || end - start == 1) {
            return end - start <= LONGEST_REFERENCE && isName(text, start + 1, end - 1);
        }
        return switch (first) {
            case '$' -> text.charAt(start + 1) == '{' ? closes(text, start + 2, end) : isVariable(text, start + 1, end);
            case ':' -> isName(text, start + 1, end);
            case '@', '%' -> end - start <= 3 && isName(text, start + 1, end);
            default -> false;
        };
    }

    /** Whether the brace that opened closes within the value, or closed it: a password may begin so, too. */
    private static boolean closes(CharSequence text, int start, int end) {
        int i = start;
        while (i < end && text.charAt(i) != '}') {
            i++;
        }
        return Ascii.isAt(text, i, '}');
    }

    /** As shells and statements have them: capitals or a number. In lower case it may be somebody's wit. */
    private static boolean isVariable(CharSequence text, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!Ascii.isUpper(c) && !Ascii.isDigit(c) && c != '_') {
                return false;
            }
        }
        return end - start <= LONGEST_REFERENCE;
    }

    private static boolean isName(CharSequence text, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            boolean dashes = c == '-' && i + 1 < end && text.charAt(i + 1) == '-';
            boolean part = Ascii.isLetter(c) || "_- .{}*".indexOf(c) >= 0 || (Ascii.isDigit(c) && end - start <= 3);
            if (!part || dashes) {
                return false;
            }
        }
        return true;
    }
}
