package io.dharma.tracing.redaction;

/** Steps over the lines of stack traces that name a method and a line: nothing in them is data. */
final class StackFrames {

    private static final int LONGEST = 1024;

    private StackFrames() {}

    /**
     * Where to go on reading after the end of a line.
     *
     * @param lineFeed where the line before ends
     * @return behind the frame if the next line is one, otherwise behind the line feed
     */
    static int skip(CharSequence text, int lineFeed) {
        int i = lineFeed + 1;
        while (i < text.length() && (text.charAt(i) == '\t' || text.charAt(i) == ' ')) {
            i++;
        }
        if (!Ascii.startsWith(text, i, "at ")) {
            return lineFeed + 1;
        }
        int end = endOfFrame(text, i + 3);
        return end < 0 ? lineFeed + 1 : end;
    }

    private static int endOfFrame(CharSequence text, int method) {
        int limit = Math.min(text.length(), method + LONGEST);
        int i = method;
        while (i < limit && isMethod(text.charAt(i))) {
            i++;
        }
        if (i == method || i == limit || text.charAt(i) != '(') {
            return -1;
        }
        i++;
        while (i < limit && (isMethod(text.charAt(i)) || text.charAt(i) == ' ' || text.charAt(i) == ':')) {
            i++;
        }
        return i < limit && text.charAt(i) == ')' ? i + 1 : -1;
    }

    private static boolean isMethod(char c) {
        return Ascii.isBase64Url(c)
                || c == '.'
                || c == '$'
                || c == '/'
                || c == '<'
                || c == '>'
                || c == '@'
                || c == '~'
                || c >= 0x80;
    }
}
