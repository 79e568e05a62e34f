package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/**
 * Passwords as some programs take them on their command lines, where nothing names them: {@code mysql -phunter2},
 * {@code sqlplus scott/tiger@orcl}, {@code sshpass -p hunter2 ssh host}, {@code docker login -u bob -p hunter2}.
 */
final class ClientScanner implements Scanner {

    /** So far behind the program's name a password stands. */
    private static final int LOOK = 256;

    private static final String CONTINUED = "\\\n";

    @Override
    public String triggers() {
        return "lmsMS";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        if (Ascii.startsWithLower(text, at, "mysql") || Ascii.startsWithLower(text, at, "mariadb")) {
            return mysql(text, at);
        }
        if (Ascii.startsWith(text, at, "sshpass ")) {
            return sshpass(text, at + "sshpass ".length());
        }
        if (Ascii.startsWith(text, at, "login ")) {
            return login(text, at + "login ".length());
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

    /** Among its own options only: behind them comes the command that it runs, whose {@code -p} is a port. */
    private static @Nullable Find sshpass(CharSequence text, int start) {
        int limit = Math.min(text.length(), start + LOOK);
        int i = afterBlanks(text, start, limit);
        while (i < limit && Ascii.isAt(text, i, '-')) {
            if (Ascii.startsWith(text, i, "-p")) {
                return new AssignedValue(text, i + 2, Sensitivity.CERTAIN, false).find();
            }
            // What follows one of these is its value, and not the command yet.
            boolean valued = Ascii.startsWith(text, i, "-P ")
                    || Ascii.startsWith(text, i, "-f ")
                    || Ascii.startsWith(text, i, "-d ");
            i = afterBlanks(text, endOfWord(text, i, limit), limit);
            i = valued ? afterBlanks(text, endOfQuoted(text, i, limit), limit) : i;
        }
        return null;
    }

    /** Of a registry or a cloud. Nobody but those asks for a user and a {@code -p} behind this word. */
    private static @Nullable Find login(CharSequence text, int start) {
        int limit = Math.min(text.length(), start + LOOK);
        boolean user = false;
        int password = -1;
        int i = afterBlanks(text, start, limit);
        while (i < limit && !endsCommand(text.charAt(i))) {
            user |= Ascii.startsWith(text, i, "-u") || Ascii.startsWith(text, i, "--user");
            password = Ascii.startsWith(text, i, "-p") ? i + 2 : password;
            i = afterBlanks(text, endOfWord(text, i, limit), limit);
        }
        return user && password >= 0 && !Ascii.startsWith(text, password, " -")
                ? new AssignedValue(text, password, Sensitivity.CERTAIN, false).find()
                : null;
    }

    private static boolean endsCommand(char c) {
        return c == '|' || c == '&' || c == ';' || c == '\n' || c == '\r';
    }

    /** And over the ends of lines that the next one continues. */
    private static int afterBlanks(CharSequence text, int from, int limit) {
        int i = from;
        boolean continued = Ascii.startsWith(text, i, CONTINUED);
        while (i < limit && (continued || text.charAt(i) == ' ')) {
            i += continued ? CONTINUED.length() : 1;
            continued = Ascii.startsWith(text, i, CONTINUED);
        }
        return i;
    }

    private static int endOfWord(CharSequence text, int from, int limit) {
        int end = from;
        while (end < limit && text.charAt(end) != ' ' && !endsCommand(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int endOfQuoted(CharSequence text, int from, int limit) {
        boolean quoted = from < limit && Ascii.isQuote(text.charAt(from));
        if (!quoted) {
            return endOfWord(text, from, limit);
        }
        int end = from + 1;
        while (end < limit && text.charAt(end) != text.charAt(from)) {
            end++;
        }
        return Math.min(limit, end + 1);
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
