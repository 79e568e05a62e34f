package io.dharma.tracing.redaction;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Secrets that a text calls by name: {@code password=...}, {@code "api_key": "..."}, {@code Authorization: ...},
 * {@code ?token=...}, {@code <secret>...}, {@code password%3D...}, {@code password '...'}.
 *
 * <p>Triggered by what stands between name and value; the name is looked for backwards over a bounded distance. A
 * parameter of a URL is secret whatever its value, but for {@code ?auth=none}. Anything else must not be an obvious
 * stand-in, such as {@code null} or {@code ${PASSWORD}}, and for a name that has other meanings it must look like a
 * secret, see {@link Sensitivity}.
 */
final class AssignmentScanner implements Scanner {

    /** Names go no further back than this. */
    private static final int LONGEST_NAME = 48;

    /** Blanks and closing quotes. */
    private static final int MOST_BEHIND_NAME = 16;

    /** Between an element's name and its end: attributes. */
    private static final int LONGEST_ATTRIBUTES = 256;

    private static final String CDATA = "<![CDATA[";

    /** Parameters of signed URLs; the case matters, as OpenTelemetry's conventions say. */
    private static final List<String> SIGNATURES = List.of(
            "AWSAccessKeyId",
            "Signature",
            "sig",
            "X-Goog-Signature",
            "X-Goog-Credential",
            "X-Amz-Signature",
            "X-Amz-Credential");

    private final KeyList keys;
    private final Set<String> allowed;
    private final boolean urls;
    private final boolean queries;

    /**
     * @param allowed names that are no secrets, normalised
     * @param urls whether parameters of URLs get special treatment
     * @param queries whether the texts are queries of URLs, that is, begin with a parameter
     */
    AssignmentScanner(KeyList keys, Set<String> allowed, boolean urls, boolean queries) {
        this.keys = keys;
        this.allowed = allowed;
        this.urls = urls;
        this.queries = queries;
    }

    @Override
    public String triggers() {
        return "=:>%\"'";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        return switch (text.charAt(at)) {
            case '=' -> assigned(text, at, at + 1);
            case ':' -> isNoAssignment(text, at + 1) ? null : assigned(text, at, at + 1);
            case '>' -> Ascii.isAt(text, at - 1, '-') ? assigned(text, at - 1, at + 1) : element(text, at);
            case '%' -> escaped(text, at);
            default -> quoted(text, at);
        };
    }

    /** The colons of a scope or a URL. */
    private static boolean isNoAssignment(CharSequence text, int afterColon) {
        return Ascii.isAt(text, afterColon, ':') || Ascii.startsWith(text, afterColon, "//");
    }

    // ---- name, sign, value

    private @Nullable Find assigned(CharSequence text, int sign, int afterSign) {
        int nameEnd = endOfName(text, sign);
        int nameStart = startOfName(text, nameEnd);
        if (nameStart == nameEnd) {
            return null;
        }
        if (text.charAt(sign) == '=' && isParameter(text, nameStart)) {
            return parameter(text, nameStart, nameEnd, afterSign);
        }
        if (isComparison(text, sign)) {
            return null;
        }
        if (Ascii.equalsLower(text, nameStart, nameEnd, "value")) {
            int named = endOfNameBeforeValue(text, nameStart);
            return named < 0 ? null : assigned(text, sign, afterSign, startOfName(text, named), named);
        }
        return assigned(text, sign, afterSign, nameStart, nameEnd);
    }

    private @Nullable Find assigned(CharSequence text, int sign, int afterSign, int nameStart, int nameEnd) {
        int start = withWordsBefore(text, nameStart);
        Sensitivity sensitivity = keys.inText(text, start, nameEnd);
        if (sensitivity == null || isAllowed(text, nameStart, nameEnd)) {
            return null;
        }
        boolean two = Ascii.isAt(text, afterSign, '>') || (isColon(text, sign) && Ascii.isAt(text, afterSign, '='));
        int value = two ? afterSign + 1 : afterSign;
        return new AssignedValue(text, value, sensitivity, isColon(text, sign)).find();
    }

    private static boolean isColon(CharSequence text, int sign) {
        return text.charAt(sign) == ':';
    }

    /**
     * {@code name="password" value="..."}, {@code "name":"password","value":"..."}: where the name ends; -1 if there is
     * none.
     */
    private static int endOfNameBeforeValue(CharSequence text, int value) {
        int i = value - 1;
        if (Ascii.isAt(text, i, '"')) {
            i = Ascii.isAt(text, i - 1, ' ') ? i - 2 : i - 1;
            if (!Ascii.isAt(text, i, ',')) {
                return -1;
            }
        } else if (!Ascii.isAt(text, i, ' ')) {
            return -1;
        }
        return Ascii.isAt(text, i - 1, '"') ? i - 1 : -1;
    }

    /** Over blanks, the quotes or brackets that close the name, and what makes it one of several. */
    private static int endOfName(CharSequence text, int sign) {
        int end = sign;
        int least = Math.max(0, sign - MOST_BEHIND_NAME);
        while (end > least && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
            end--;
        }
        int before = beforeClosing(text, end, least);
        while (before < end) {
            end = before;
            before = beforeClosing(text, end, least);
        }
        return end;
    }

    private static int beforeClosing(CharSequence text, int nameEnd, int least) {
        int index = startOfIndex(text, nameEnd, least);
        if (index >= 0) {
            return index;
        }
        if (nameEnd <= least || !(Ascii.isQuote(text.charAt(nameEnd - 1)) || text.charAt(nameEnd - 1) == ']')) {
            return nameEnd;
        }
        int end = nameEnd - 1;
        while (end > least && text.charAt(end - 1) == '\\') {
            end--;
        }
        return end;
    }

    /** Of {@code password[]}, {@code password[0]}, {@code password%5B%5D}; -1 if no index ends here. */
    private static int startOfIndex(CharSequence text, int end, int least) {
        boolean escaped = Ascii.startsWithLower(text, end - 3, "%5d");
        if (!escaped && !Ascii.isAt(text, end - 1, ']')) {
            return -1;
        }
        int i = escaped ? end - 3 : end - 1;
        while (i > least && Ascii.isDigit(text.charAt(i - 1))) {
            i--;
        }
        String open = escaped ? "%5b" : "[";
        int start = i - open.length();
        return start >= least && Ascii.startsWithLower(text, start, open) ? start : -1;
    }

    private static int startOfName(CharSequence text, int end) {
        int start = end;
        int least = Math.max(0, end - LONGEST_NAME);
        while (start > least && isNamePart(text, start - 1)) {
            start--;
        }
        // What Java's command line puts before the name of a property.
        return start + 2 < end && text.charAt(start) == '-' && text.charAt(start + 1) == 'D' ? start + 2 : start;
    }

    private static boolean isNamePart(CharSequence text, int index) {
        char c = text.charAt(index);
        return Ascii.isBase64Url(c) || c == '.' || (c == '%' && Ascii.isPercentEscape(text, index));
    }

    /** A name may be of up to three words: {@code the api key:}. */
    private static int withWordsBefore(CharSequence text, int nameStart) {
        int start = nameStart;
        for (int words = 0; words < 2; words++) {
            boolean gap = start > 1 && text.charAt(start - 1) == ' ' && Ascii.isWord(text.charAt(start - 2));
            if (!gap) {
                break;
            }
            start = startOfName(text, start - 1);
        }
        return start;
    }

    private boolean isAllowed(CharSequence text, int start, int end) {
        return !allowed.isEmpty() && allowed.contains(KeyList.normalise(text.subSequence(start, end)));
    }

    private static boolean isComparison(CharSequence text, int sign) {
        return (Ascii.isAt(text, sign + 1, '=') && !isColon(text, sign))
                || Ascii.isAt(text, sign - 1, '=')
                || Ascii.isAt(text, sign - 1, '!')
                || Ascii.isAt(text, sign - 1, '<');
    }

    // ---- parameters of URLs

    private boolean isParameter(CharSequence text, int nameStart) {
        if (nameStart == 0) {
            return queries;
        }
        if (!urls) {
            return false;
        }
        char before = text.charAt(nameStart - 1);
        return before == '?' || before == '&' || (before == '#' && Ascii.isWordAt(text, nameStart));
    }

    private @Nullable Find parameter(CharSequence text, int nameStart, int nameEnd, int value) {
        if (!isSecretParameter(text, nameStart, nameEnd)
                || isAllowed(text, nameStart, nameEnd)
                || Ascii.startsWith(text, value, Find.MARKER)) {
            return null;
        }
        int end = value;
        while (end < text.length() && !endsParameter(text.charAt(end))) {
            end++;
        }
        return end == value || isSwitch(text, nameStart, nameEnd, value, end)
                ? null
                : Find.secret(value, end, Rule.URL);
    }

    /** {@code ?auth=none}, {@code ?pin=true}; a password may be of such a word. */
    private boolean isSwitch(CharSequence text, int nameStart, int nameEnd, int value, int end) {
        Sensitivity sensitivity = keys.inText(text, nameStart, nameEnd);
        boolean vague = sensitivity == Sensitivity.VAGUE || sensitivity == Sensitivity.CODE;
        return vague && AssignedValue.isStandInWord(text, value, end);
    }

    private boolean isSecretParameter(CharSequence text, int from, int to) {
        if (keys.isSecret(text, from, to) || isSignature(text, from, to)) {
            return true;
        }
        boolean encoded = false;
        for (int i = from; i < to && !encoded; i++) {
            encoded = text.charAt(i) == '%';
        }
        return encoded && keys.isSecret(PercentText.decode(text.subSequence(from, to)));
    }

    private static boolean isSignature(CharSequence text, int from, int to) {
        for (String name : SIGNATURES) {
            if (to - from == name.length() && Ascii.startsWith(text, from, name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean endsParameter(char c) {
        return c == '&' || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\' || Ascii.isSpace(c);
    }

    // ---- other signs

    /**
     * {@code <password>...</password>}, {@code <property name="password">...</property>}, {@code <password a="b">...}.
     */
    private @Nullable Find element(CharSequence text, int at) {
        boolean attribute = at > 1 && text.charAt(at - 1) == '"';
        Find named = content(text, at, attribute ? at - 1 : at, attribute);
        if (named != null || !attribute) {
            return named;
        }
        int nameEnd = endOfElementName(text, at);
        return nameEnd < 0 ? null : content(text, at, nameEnd, false);
    }

    /** Of an element with attributes; -1 if no element begins before this. */
    private static int endOfElementName(CharSequence text, int close) {
        int open = close - 1;
        int least = Math.max(0, close - LONGEST_ATTRIBUTES);
        while (open > least && text.charAt(open) != '<' && text.charAt(open) != '>') {
            open--;
        }
        if (!Ascii.isAt(text, open, '<')) {
            return -1;
        }
        int end = open + 1;
        while (end < close && !Ascii.isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private @Nullable Find content(CharSequence text, int at, int nameEnd, boolean attribute) {
        int start = startOfName(text, nameEnd);
        Sensitivity sensitivity = isElement(text, start, nameEnd, attribute) ? keys.inText(text, start, nameEnd) : null;
        if (sensitivity == null || isAllowed(text, start, nameEnd)) {
            return null;
        }
        int from = Ascii.startsWith(text, at + 1, CDATA) ? at + 1 + CDATA.length() : at + 1;
        int end = from;
        while (end < text.length()
                && text.charAt(end) != '<'
                && !(from > at + 1 && Ascii.startsWith(text, end, "]]>"))) {
            end++;
        }
        boolean secret = sensitivity.accepts(text, from, Math.min(end, from + LONGEST_NAME))
                && !AssignedValue.isStandIn(text, from, end);
        return secret ? Find.secret(from, end, Rule.ASSIGNMENT) : null;
    }

    private static boolean isElement(CharSequence text, int start, int end, boolean attribute) {
        int open = start - 1;
        if (start == end || open < 0) {
            return false;
        }
        char before = text.charAt(open);
        return attribute
                ? before == '"' && Ascii.startsWithLower(text, open - 5, "name=")
                : before == '<' || before == ':';
    }

    /** {@code redirect=%2Flogin%3Ftoken%3D...%26}, {@code %22token%22%3A%22...%22}. */
    private @Nullable Find escaped(CharSequence text, int at) {
        boolean json = Ascii.startsWithLower(text, at, "%22%3a%22");
        return json || Ascii.startsWithLower(text, at, "%3d") ? escaped(text, at, json ? at + 9 : at + 3) : null;
    }

    private @Nullable Find escaped(CharSequence text, int at, int value) {
        int start = at;
        while (start > Math.max(0, at - LONGEST_NAME) && Ascii.isBase64Url(text.charAt(start - 1))) {
            start--;
        }
        // The digits of an escape before the name are not part of it.
        if (start > 0 && text.charAt(start - 1) == '%') {
            start = Math.min(at, start + 2);
        }
        if (start == at || keys.inText(text, start, at) == null || Ascii.startsWith(text, value, Find.MARKER)) {
            return null;
        }
        int end = value;
        while (end < text.length() && !endsParameter(text.charAt(end)) && !isEscapedEnd(text, end)) {
            end++;
        }
        return end == value || isAllowed(text, start, at) ? null : Find.secret(value, end, Rule.URL);
    }

    private static boolean isEscapedEnd(CharSequence text, int at) {
        return Ascii.startsWith(text, at, "%26")
                || Ascii.startsWith(text, at, "%23")
                || Ascii.startsWith(text, at, "%22");
    }

    /** {@code wrong password 'hunter2'}, {@code IDENTIFIED BY 'hunter2'}. */
    private @Nullable Find quoted(CharSequence text, int at) {
        if (at < 3 || text.charAt(at - 1) != ' ') {
            return null;
        }
        int end = at - 1;
        int start = startOfName(text, end);
        if (start == end || !isPassword(text, start, end)) {
            return null;
        }
        return new AssignedValue(text, at, Sensitivity.CERTAIN, false).find();
    }

    private static boolean isPassword(CharSequence text, int start, int end) {
        return Ascii.equalsLower(text, start, end, "password")
                || Ascii.equalsLower(text, start, end, "passphrase")
                || Ascii.equalsLower(text, start, end, "pwd")
                || (Ascii.equalsLower(text, start, end, "by")
                        && Ascii.startsWithLower(text, start - 11, "identified "));
    }
}
