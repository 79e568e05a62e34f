package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/**
 * Secrets on command lines, apart from their option by a blank: {@code --password hunter2}, {@code -u user:hunter2}, and
 * as Java's own tools have them {@code -storepass hunter2}.
 */
final class FlagScanner implements Scanner {

    private static final int LONGEST_NAME = 40;

    private final KeyList keys;

    FlagScanner(KeyList keys) {
        this.keys = keys;
    }

    @Override
    public String triggers() {
        return "-";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        boolean begins = at == 0 || Ascii.isSpace(text.charAt(at - 1)) || Ascii.isQuote(text.charAt(at - 1));
        if (!begins) {
            return null;
        }
        int end = endOfFlag(text, at);
        boolean spaced = Ascii.isAt(text, end, ' ') && end + 1 < text.length();
        if (!spaced || text.charAt(end + 1) == '-') {
            return null;
        }
        if (isSecret(text, at, end)) {
            return new AssignedValue(text, end + 1, Sensitivity.CERTAIN, false).find();
        }
        return isUser(text, at, end) ? user(text, end + 1) : null;
    }

    private static boolean isUser(CharSequence text, int at, int end) {
        return Ascii.equalsLower(text, at, end, "-u")
                || Ascii.equalsLower(text, at, end, "--user")
                || Ascii.equalsLower(text, at, end, "--proxy-user");
    }

    private static int endOfFlag(CharSequence text, int at) {
        int end = at + 1;
        while (end < text.length() && end < at + LONGEST_NAME && Ascii.isBase64Url(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /** After a single dash only what can mean nothing else: it stands in sentences, too. */
    private boolean isSecret(CharSequence text, int at, int end) {
        boolean two = Ascii.startsWith(text, at, "--");
        Sensitivity sensitivity = keys.inText(text, two ? at + 2 : at + 1, end);
        return sensitivity == Sensitivity.CERTAIN || (two && sensitivity == Sensitivity.LIKELY);
    }

    /** Whether a list's element of this text says that the next one is a secret. */
    boolean announces(String argument) {
        return argument.length() > 2
                && argument.length() < LONGEST_NAME
                && isSecret(argument, 0, argument.length())
                && endOfFlag(argument, 0) == argument.length();
    }

    /** As curl takes it; of numbers it is a user id and a group id. */
    private static @Nullable Find user(CharSequence text, int start) {
        int colon = start;
        boolean letter = false;
        while (colon < text.length() && colon < start + LONGEST_NAME && isUserPart(text.charAt(colon))) {
            letter |= Ascii.isLetter(text.charAt(colon));
            colon++;
        }
        if (!letter || !Ascii.isAt(text, colon, ':')) {
            return null;
        }
        return new AssignedValue(text, colon + 1, Sensitivity.CERTAIN, false).find();
    }

    private static boolean isUserPart(char c) {
        return Ascii.isBase64Url(c) || c == '.' || c == '@' || c == '\'' || c == '"';
    }
}
