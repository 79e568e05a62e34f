package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/**
 * A statement without its data: literals become {@code ?}, comments go, lists of literals and rows of {@code VALUES}
 * become one. Names, whatever quotes they stand in, and placeholders stay.
 *
 * <p>A tokenizer, not a parser: it only has to know where a literal begins and ends. That differs by
 * {@link SqlDialect}, and getting it wrong turns the text inside out: what was in quotes is out of them. So where the
 * dialect is unknown and the difference shows, the rest of the statement is taken for a literal. The same goes for
 * quotes and comments that never end, as in a statement that somebody cut off.
 *
 * <p>One pass; no part is looked at more than twice. Statements beyond 32 Ki characters are cut. Output never is longer
 * than input, and going over it again changes nothing. One object for each statement.
 */
final class SqlText {

    static final int MAX_LENGTH = 32 * 1024;
    private static final String CUT = " ...";
    private static final String LITERAL = "?";

    /** What the word just read makes of what follows. */
    private enum Expect {
        NOTHING,
        LIST,
        ROWS,
        BY,
        WITH,
        PASSWORD
    }

    private final CharSequence text;
    private final SqlDialect dialect;
    private final int end;
    private @Nullable StringBuilder out;
    private int copied;
    private int at;
    private int depth;
    private int rowDepth = -1;
    private Expect expect = Expect.NOTHING;

    /** What was read last, blanks and comments aside: its last character, or something else of its kind. */
    private char lastSign;

    private SqlText(CharSequence text, SqlDialect dialect) {
        this.text = text;
        this.dialect = dialect;
        this.end = text.length() > MAX_LENGTH ? MAX_LENGTH - CUT.length() : text.length();
    }

    /** The same object if nothing had to change. */
    static CharSequence redact(CharSequence statement, SqlDialect dialect) {
        return new SqlText(statement, dialect).redact();
    }

    private CharSequence redact() {
        while (at < end) {
            step();
        }
        if (end < text.length()) {
            output().append(text, copied, end).append(CUT);
            copied = text.length();
        }
        StringBuilder changed = out;
        return changed == null ? text : changed.append(text, copied, text.length());
    }

    private void step() {
        char c = text.charAt(at);
        if (Ascii.isSpace(c)) {
            at++;
            return;
        }
        int comment = endOfComment(at);
        if (comment >= 0) {
            dropComment(comment);
            return;
        }
        int literal = endOfLiteral(at);
        if (literal >= 0) {
            boolean bare = expect == Expect.PASSWORD && (Ascii.isDigit(c) || c == '.');
            replace(at, bare ? endOfPassword(literal) : literal, LITERAL);
            expect = Expect.NOTHING;
        } else if (expect == Expect.PASSWORD && "!*^&+~-".indexOf(c) >= 0) {
            replace(at, endOfPassword(at + 1), LITERAL);
            expect = Expect.NOTHING;
        } else if (isQuoteOfName(c)) {
            name(c);
        } else if (isWordStart(c)) {
            word();
        } else if (c == '(') {
            open();
        } else {
            other(c);
        }
        lastSign = c;
    }

    private void other(char c) {
        // WITH PASSWORD = ...
        expect = c == '=' && expect == Expect.PASSWORD ? Expect.PASSWORD : Expect.NOTHING;
        boolean placeholder = c == '?' || (c == ':' && isOperandNext());
        at++;
        if (c == ')') {
            depth--;
            if (depth == rowDepth) {
                rowDepth = -1;
                dropMoreRows();
            }
        } else if (placeholder) {
            // A placeholder's number is no literal.
            at = endOfDigits(at);
        }
    }

    /** Not within a map or a slice, where a number is one. */
    private boolean isOperandNext() {
        char before = before(at);
        return isBlank(before) || "(,=<>".indexOf(before) >= 0;
    }

    private int endOfDigits(int from) {
        int i = from;
        while (i < end && Ascii.isDigit(text.charAt(i))) {
            i++;
        }
        return i;
    }

    // ---- words

    private void word() {
        int wordEnd = endOfWordAt(at);
        if (expect == Expect.PASSWORD) {
            wordForPassword(wordEnd);
        } else {
            expect = expectation(wordEnd);
            at = wordEnd;
        }
    }

    /** {@code IDENTIFIED BY PASSWORD ...}, {@code IDENTIFIED BY VALUES ...}; but {@code WITH password AS (SELECT ...)}. */
    private void wordForPassword(int wordEnd) {
        int passwordEnd = endOfPassword(wordEnd);
        // What was in quotes behind it may be a placeholder by now.
        boolean word = passwordEnd == wordEnd || text.charAt(wordEnd) == '?';
        if (word && (isWord(wordEnd, "password") || isWord(wordEnd, "values"))) {
            at = wordEnd;
        } else if (word && isWord(wordEnd, "as")) {
            expect = Expect.NOTHING;
            at = wordEnd;
        } else {
            replace(at, passwordEnd, LITERAL);
            expect = Expect.NOTHING;
        }
    }

    private Expect expectation(int wordEnd) {
        if (isWord(wordEnd, "in")) {
            return Expect.LIST;
        }
        if (isWord(wordEnd, "values") || isWord(wordEnd, "value")) {
            return Expect.ROWS;
        }
        if (isWord(wordEnd, "identified")) {
            return Expect.BY;
        }
        if (isWord(wordEnd, "with")) {
            return Expect.WITH;
        }
        if (expect == Expect.WITH && (isWord(wordEnd, "encrypted") || isWord(wordEnd, "unencrypted"))) {
            return Expect.WITH;
        }
        boolean password = (expect == Expect.BY && isWord(wordEnd, "by"))
                || (expect == Expect.WITH && isWord(wordEnd, "password"));
        return password ? Expect.PASSWORD : Expect.NOTHING;
    }

    /** One without quotes goes on where a word would end: {@code hunter!2}. */
    private int endOfPassword(int from) {
        int i = from;
        while (i < end && !endsPassword(text.charAt(i)) && endOfComment(i) < 0) {
            i++;
        }
        return i;
    }

    private static boolean endsPassword(char c) {
        return Ascii.isSpace(c) || "'\"`()[],;".indexOf(c) >= 0;
    }

    private boolean isWord(int wordEnd, String word) {
        return Ascii.equalsLower(text, at, wordEnd, word);
    }

    private boolean isWordStartAt(int index) {
        return index < end && isWordStart(text.charAt(index));
    }

    private static boolean isWordStart(char c) {
        return Ascii.isLetter(c) || c == '_' || c == '@' || c == '#' || c == '$' || c >= 0x80;
    }

    private static boolean isWordPart(char c) {
        return isWordStart(c) || Ascii.isDigit(c);
    }

    private int endOfWordAt(int from) {
        int i = from + 1;
        while (i < end && isWordPart(text.charAt(i))) {
            i++;
        }
        return i;
    }

    // ---- names in quotes

    private boolean isQuoteOfName(char c) {
        return c == '"' || c == '`' || (c == '[' && dialect.hasBracketIdentifiers() && isBracketName());
    }

    /** Not the subscript of an array, nor an array of literals. */
    private boolean isBracketName() {
        char before = before(at);
        boolean subscript = dialect == SqlDialect.UNKNOWN && (isWordPart(before) || "])?\"`".indexOf(before) >= 0);
        return !subscript && isWordStartAt(at + 1);
    }

    private void name(char open) {
        int nameEnd = endOfQuotes(at, open == '[' ? ']' : open, false);
        boolean value = nameEnd < 0 || expect == Expect.PASSWORD || (open == '"' && isRatherText(nameEnd));
        if (value) {
            replace(at, nameEnd < 0 ? end : nameEnd, LITERAL);
        } else {
            at = nameEnd;
        }
        expect = Expect.NOTHING;
    }

    /** In a dialect that may be of either kind: if it is no name at all, or compared with, and no part of a qualified one. */
    private boolean isRatherText(int nameEnd) {
        if (!dialect.doubleQuotesMayHoldText() || before(at) == '.' || Ascii.isAt(text, nameEnd, '.')) {
            return false;
        }
        return !isNameLike(at + 1, nameEnd - 1) || "=<>~|".indexOf(lastSign) >= 0;
    }

    private boolean isNameLike(int from, int to) {
        for (int i = from; i < to; i++) {
            if (!isWordPart(text.charAt(i))) {
                return false;
            }
        }
        return to > from && to - from < 64 && !Ascii.isDigit(text.charAt(from));
    }

    // ---- literals

    /** -1 if none begins here. */
    private int endOfLiteral(int from) {
        char c = text.charAt(from);
        if (c == '\'') {
            return endOfText(from, dialect.escapesByBackslash());
        }
        if (c == '"' && dialect.doubleQuotesHoldText()) {
            return endOfText(from, true);
        }
        if (Ascii.isDigit(c) || (c == '.' && isDigitAt(from + 1) && !isQualified(from))) {
            return endOfNumber(from);
        }
        if (c == '$') {
            return dialect.hasDollarQuotes() ? endOfDollarQuotes(from) : -1;
        }
        return Ascii.isLetter(c) ? endOfPrefixed(from) : -1;
    }

    private boolean isDigitAt(int index) {
        return index < end && Ascii.isDigit(text.charAt(index));
    }

    /** Whether a dot stands behind a name. */
    private boolean isQualified(int dot) {
        return dot > 0 && (isWordPart(text.charAt(dot - 1)) || "\"`])".indexOf(text.charAt(dot - 1)) >= 0);
    }

    private int endOfText(int from, boolean backslash) {
        if (dialect.hasTripleQuotes() && isTriple(from, text.charAt(from))) {
            return endOfTriple(from + 3, text.charAt(from));
        }
        int textEnd = endOfQuotes(from, text.charAt(from), backslash);
        return textEnd < 0 ? end : textEnd;
    }

    private boolean isTriple(int from, char quote) {
        return from + 2 < end && text.charAt(from + 1) == quote && text.charAt(from + 2) == quote;
    }

    private int endOfTriple(int from, char quote) {
        int i = from;
        while (i < end) {
            char c = text.charAt(i);
            if (c == quote && isTriple(i, quote)) {
                return i + 3;
            }
            i += c == '\\' ? 2 : 1;
        }
        return end;
    }

    /** Doubled quotes are part of what they quote. -1 if it never ends, or if that depends on the dialect. */
    private int endOfQuotes(int from, char close, boolean backslash) {
        int i = from + 1;
        while (i < end) {
            char c = text.charAt(i);
            if (c == close) {
                if (i + 1 < end && text.charAt(i + 1) == close) {
                    i++;
                } else {
                    return i + 1;
                }
            } else if (c == '\\') {
                if (backslash) {
                    i++;
                } else if (dialect == SqlDialect.UNKNOWN && Ascii.isAt(text, i + 1, close)) {
                    return -1;
                }
            }
            i++;
        }
        return -1;
    }

    private int endOfNumber(int from) {
        int i = from + 1;
        while (i < end) {
            char c = text.charAt(i);
            boolean exponent = (c == '+' || c == '-')
                    && (text.charAt(i - 1) | 0x20) == 'e'
                    && isDigitAt(i + 1)
                    && (text.charAt(from + 1) | 0x20) != 'x';
            if (!Ascii.isWord(c) && c != '_' && c != '.' && !exponent) {
                break;
            }
            i++;
        }
        return i;
    }

    /** {@code $$...$$}, {@code $tag$...$tag$}; but {@code $1} is a placeholder. */
    private int endOfDollarQuotes(int from) {
        int tagEnd = from + 1;
        while (tagEnd < end && tagEnd < from + 64 && isTagPart(tagEnd, from)) {
            tagEnd++;
        }
        if (tagEnd >= end || text.charAt(tagEnd) != '$') {
            return -1;
        }
        String tag = text.subSequence(from, tagEnd + 1).toString();
        for (int i = tagEnd + 1; i < end; i++) {
            if (text.charAt(i) == '$' && i + tag.length() <= end && Ascii.startsWith(text, i, tag)) {
                return i + tag.length();
            }
        }
        return end;
    }

    private boolean isTagPart(int index, int from) {
        char c = text.charAt(index);
        return Ascii.isLetter(c) || c == '_' || c >= 0x80 || (index > from + 1 && Ascii.isDigit(c));
    }

    /** {@code N'...'}, {@code X'...'}, {@code B'...'}, {@code E'...'}, and Oracle's {@code q'[...]'}. */
    private int endOfPrefixed(int from) {
        char prefix = Ascii.lower(text.charAt(from));
        if (prefix == 'q' && dialect.hasOwnQuotes() && Ascii.isAt(text, from + 1, '\'') && from + 2 < end) {
            return endOfOwnQuotes(from + 2);
        }
        if (prefix == 'n' && Ascii.startsWithLower(text, from + 1, "q'") && dialect.hasOwnQuotes() && from + 3 < end) {
            return endOfOwnQuotes(from + 3);
        }
        boolean prefixed = from + 1 < end && text.charAt(from + 1) == '\'' && "nxbe".indexOf(prefix) >= 0;
        return prefixed ? endOfText(from + 1, prefix == 'e' || dialect.escapesByBackslash()) : -1;
    }

    private int endOfOwnQuotes(int delimiter) {
        char open = text.charAt(delimiter);
        int pair = "[{(<".indexOf(open);
        char close = pair < 0 ? open : "]})>".charAt(pair);
        for (int i = delimiter + 1; i + 1 < end; i++) {
            if (text.charAt(i) == close && text.charAt(i + 1) == '\'') {
                return i + 2;
            }
        }
        return end;
    }

    // ---- comments

    /** -1 if none begins here. */
    private int endOfComment(int from) {
        char c = text.charAt(from);
        char next = from + 1 < end ? text.charAt(from + 1) : '\0';
        if (c == '/' && next == '*') {
            return endOfBlock(from);
        }
        boolean dashes = c == '-' && next == '-' && (dialect != SqlDialect.MYSQL || isBlankOrComment(from + 2));
        return dashes || (c == '#' && isHashComment(from)) ? endOfLine(from) : -1;
    }

    /** Or more dashes, which are one as soon as what comes behind them is gone. */
    private boolean isBlankOrComment(int index) {
        if (index >= end) {
            // Where the text was cut, a blank and dots come.
            return end < text.length();
        }
        char c = text.charAt(index);
        boolean block = c == '/' && index + 1 < end && text.charAt(index + 1) == '*';
        return c <= ' ' || c == '-' || block || (c == '#' && dialect.hasHashComments());
    }

    /** In others, names of temporary tables and operators begin with it. */
    private boolean isHashComment(int from) {
        return dialect.hasHashComments()
                || (dialect == SqlDialect.UNKNOWN && isBlank(before(from)) && isBlankOrComment(from + 1));
    }

    /** They nest in some dialects. In others this drops too much, if one holds the beginning of another. */
    private int endOfBlock(int from) {
        int nested = 1;
        int i = from + 2;
        while (i + 1 < end) {
            char c = text.charAt(i);
            char next = text.charAt(i + 1);
            if (c == '*' && next == '/') {
                nested--;
                i += 2;
                if (nested == 0) {
                    return i;
                }
            } else if (c == '/' && next == '*') {
                nested++;
                i += 2;
            } else {
                i++;
            }
        }
        return end;
    }

    private int endOfLine(int from) {
        int i = from;
        while (i < end && text.charAt(i) != '\n' && text.charAt(i) != '\r') {
            i++;
        }
        return i;
    }

    private void dropComment(int commentEnd) {
        boolean before = isBlank(before(at));
        boolean after = commentEnd < end && !Ascii.isSpace(text.charAt(commentEnd));
        replace(at, commentEnd, before || !after ? "" : " ");
    }

    // ---- lists and rows

    private void open() {
        Expect expected = expect;
        expect = Expect.NOTHING;
        if (expected == Expect.LIST || expected == Expect.ROWS) {
            int listEnd = endOfPlainList();
            if (listEnd >= 0) {
                replace(at, listEnd, "(?)");
                if (expected == Expect.ROWS) {
                    dropMoreRows();
                }
                return;
            }
            if (expected == Expect.ROWS && rowDepth < 0) {
                rowDepth = depth;
            }
        }
        depth++;
        at++;
    }

    /** Of a list of nothing but literals and placeholders; -1 if it has anything else, or is empty. */
    private int endOfPlainList() {
        int nested = 0;
        boolean any = false;
        int i = at;
        while (i < end) {
            char c = text.charAt(i);
            int comment = endOfComment(i);
            int literal = comment >= 0 || Ascii.isSpace(c) ? -1 : endOfListed(i);
            if (comment >= 0) {
                i = comment;
            } else if (literal >= 0) {
                any = true;
                i = literal;
            } else if (c == '(') {
                nested++;
                i++;
            } else if (c == ')') {
                nested--;
                i++;
                if (nested == 0) {
                    return any ? i : -1;
                }
            } else if (c == ',' || c == '-' || c == '+' || Ascii.isSpace(c)) {
                i++;
            } else {
                return -1;
            }
        }
        return -1;
    }

    /** A literal, a placeholder, or a word that stands for a value. */
    private int endOfListed(int from) {
        char c = text.charAt(from);
        int literal = endOfLiteral(from);
        if (literal >= 0) {
            return literal;
        }
        if (c == '?') {
            return endOfDigits(from + 1);
        }
        if (c == ':' || c == '$' || c == '@') {
            return endOfWordAt(from);
        }
        if (c == '"' && dialect.doubleQuotesMayHoldText()) {
            return endOfText(from, false);
        }
        if (Ascii.isLetter(c)) {
            int wordEnd = endOfWordAt(from);
            boolean value = Ascii.equalsLower(text, from, wordEnd, "null")
                    || Ascii.equalsLower(text, from, wordEnd, "true")
                    || Ascii.equalsLower(text, from, wordEnd, "false")
                    || Ascii.equalsLower(text, from, wordEnd, "default");
            return value ? wordEnd : -1;
        }
        return -1;
    }

    private void dropMoreRows() {
        int rowsEnd = at;
        int next = startOfNextRow(at);
        while (next >= 0) {
            rowsEnd = endOfRow(next);
            next = startOfNextRow(rowsEnd);
        }
        if (rowsEnd > at) {
            replace(at, rowsEnd, "");
        }
    }

    private int startOfNextRow(int from) {
        int comma = skipBlanks(from);
        if (comma >= end || text.charAt(comma) != ',') {
            return -1;
        }
        int row = skipBlanks(comma + 1);
        return row < end && text.charAt(row) == '(' ? row : -1;
    }

    private int skipBlanks(int from) {
        int i = from;
        while (i < end) {
            int comment = Ascii.isSpace(text.charAt(i)) ? i + 1 : endOfComment(i);
            if (comment < 0) {
                break;
            }
            i = comment;
        }
        return i;
    }

    private int endOfRow(int from) {
        int nested = 0;
        int i = from;
        while (i < end) {
            char c = text.charAt(i);
            int skipped = endOfUnread(i, c);
            if (skipped >= 0) {
                i = skipped;
                continue;
            }
            i++;
            if (c == '(') {
                nested++;
            } else if (c == ')') {
                nested--;
                if (nested == 0) {
                    return i;
                }
            }
        }
        return end;
    }

    /** Behind a comment, literal, word or quoted name, in which parentheses mean nothing; -1 if none is here. */
    private int endOfUnread(int from, char c) {
        int comment = endOfComment(from);
        if (comment >= 0) {
            return comment;
        }
        int literal = endOfLiteral(from);
        if (literal >= 0) {
            return literal;
        }
        if (isWordStart(c)) {
            return endOfWordAt(from);
        }
        return c == '"' || c == '`' ? endOfText(from, false) : -1;
    }

    // ---- output

    /** What was written before this index, at which or behind which we are; a zero if nothing. */
    private char before(int index) {
        if (index > copied) {
            return text.charAt(index - 1);
        }
        StringBuilder written = out;
        return written == null || written.length() == 0 ? '\0' : written.charAt(written.length() - 1);
    }

    /** Or nothing. */
    private static boolean isBlank(char c) {
        return c == '\0' || Ascii.isSpace(c);
    }

    private StringBuilder output() {
        StringBuilder existing = out;
        if (existing == null) {
            existing = new StringBuilder(end);
            out = existing;
        }
        return existing;
    }

    /** Goes on behind it. */
    private void replace(int from, int to, String replacement) {
        boolean same = to - from == replacement.length() && Ascii.startsWith(text, from, replacement);
        if (!same) {
            output().append(text, copied, from).append(replacement);
            copied = to;
        }
        at = to;
    }
}
