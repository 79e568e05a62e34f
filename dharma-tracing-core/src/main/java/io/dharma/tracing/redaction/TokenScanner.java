package io.dharma.tracing.redaction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys and tokens whose makers gave them a prefix so that they can be recognised. */
final class TokenScanner implements Scanner {

    /** What the characters after the prefix may be. */
    private enum Alphabet {
        ALNUM,
        WORD,
        UPPER,
        HEX,
        URL,
        PATH;

        boolean contains(char c) {
            return switch (this) {
                case ALNUM -> Ascii.isWord(c);
                case WORD -> Ascii.isWord(c) || c == '_';
                case UPPER -> Ascii.isUpper(c) || Ascii.isDigit(c);
                case HEX -> Ascii.isHex(c);
                case URL -> Ascii.isBase64Url(c) || c == '.';
                case PATH -> Ascii.isBase64Url(c) || c == '/';
            };
        }
    }

    /**
     * @param least how many characters follow the prefix at least
     * @param exact whether it is never more
     */
    private record Shape(String prefix, Alphabet alphabet, int least, boolean exact) {}

    /** So much of a token is looked at to tell whether it is one; longer than what any of them has at least. */
    private static final int LOOK = 128;

    private static final List<Shape> SHAPES = List.of(
            atLeast("ghp_", Alphabet.WORD, 36),
            atLeast("gho_", Alphabet.WORD, 36),
            atLeast("ghu_", Alphabet.WORD, 36),
            atLeast("ghs_", Alphabet.WORD, 36),
            atLeast("ghr_", Alphabet.WORD, 36),
            atLeast("github_pat_", Alphabet.WORD, 40),
            atLeast("glpat-", Alphabet.URL, 20),
            atLeast("gldt-", Alphabet.URL, 20),
            atLeast("glrt-", Alphabet.URL, 20),
            new Shape("AKIA", Alphabet.UPPER, 16, true),
            new Shape("ASIA", Alphabet.UPPER, 16, true),
            atLeast("xoxa-", Alphabet.URL, 10),
            atLeast("xoxb-", Alphabet.URL, 10),
            atLeast("xoxe-", Alphabet.URL, 10),
            atLeast("xoxp-", Alphabet.URL, 10),
            atLeast("xoxr-", Alphabet.URL, 10),
            atLeast("xoxs-", Alphabet.URL, 10),
            atLeast("xapp-", Alphabet.URL, 20),
            atLeast("sk_live_", Alphabet.WORD, 16),
            atLeast("rk_live_", Alphabet.WORD, 16),
            atLeast("sk_test_", Alphabet.WORD, 16),
            atLeast("rk_test_", Alphabet.WORD, 16),
            atLeast("whsec_", Alphabet.WORD, 24),
            atLeast("AIza", Alphabet.URL, 35),
            atLeast("GOCSPX-", Alphabet.URL, 24),
            atLeast("ya29.", Alphabet.URL, 20),
            atLeast("npm_", Alphabet.ALNUM, 36),
            atLeast("pypi-", Alphabet.URL, 40),
            atLeast("rubygems_", Alphabet.HEX, 48),
            atLeast("SG.", Alphabet.URL, 40),
            atLeast("shpat_", Alphabet.HEX, 32),
            atLeast("shpca_", Alphabet.HEX, 32),
            atLeast("shppa_", Alphabet.HEX, 32),
            atLeast("shpss_", Alphabet.HEX, 32),
            atLeast("dop_v1_", Alphabet.HEX, 64),
            atLeast("doo_v1_", Alphabet.HEX, 64),
            atLeast("sk-ant-", Alphabet.URL, 20),
            atLeast("sk-proj-", Alphabet.URL, 20),
            atLeast("sk-", Alphabet.WORD, 32),
            atLeast("hf_", Alphabet.ALNUM, 30),
            atLeast("hvs.", Alphabet.URL, 20),
            atLeast("hvb.", Alphabet.URL, 20),
            atLeast("dapi", Alphabet.HEX, 32),
            atLeast("lin_api_", Alphabet.WORD, 32),
            atLeast("PMAK-", Alphabet.URL, 40),
            atLeast("NRAK-", Alphabet.UPPER, 27),
            atLeast("glc_", Alphabet.WORD, 32),
            atLeast("glsa_", Alphabet.WORD, 32),
            atLeast("ATATT3", Alphabet.URL, 50),
            atLeast("sq0atp-", Alphabet.URL, 22),
            atLeast("sq0csp-", Alphabet.URL, 40),
            atLeast("AGE-SECRET-KEY-1", Alphabet.UPPER, 50),
            atLeast("hooks.slack.com/services/", Alphabet.PATH, 20),
            atLeast("discord.com/api/webhooks/", Alphabet.PATH, 40),
            atLeast("discordapp.com/api/webhooks/", Alphabet.PATH, 40));

    private final Map<Character, List<Shape>> byFirst = new HashMap<>();

    TokenScanner() {
        for (Shape shape : SHAPES) {
            byFirst.computeIfAbsent(shape.prefix.charAt(0), first -> new ArrayList<>())
                    .add(shape);
        }
    }

    private static Shape atLeast(String prefix, Alphabet alphabet, int least) {
        return new Shape(prefix, alphabet, least, false);
    }

    @Override
    public String triggers() {
        StringBuilder triggers = new StringBuilder();
        for (char first : byFirst.keySet()) {
            triggers.append(first);
        }
        return triggers.toString();
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        char first = text.charAt(at);
        for (Shape shape : byFirst.getOrDefault(first, List.of())) {
            if (Ascii.startsWith(text, at, shape.prefix)) {
                Find find = find(text, at, shape);
                if (find != null) {
                    return find;
                }
            }
        }
        return null;
    }

    private static @Nullable Find find(CharSequence text, int at, Shape shape) {
        int body = at + shape.prefix.length();
        int near = endOfBody(text, body, shape, Math.min(text.length(), body + LOOK));
        if (near < body + shape.least || !isRandom(text, body, near, shape.alphabet)) {
            return null;
        }
        if (shape.exact) {
            int end = body + shape.least;
            return Ascii.isWordAt(text, end) ? null : Find.secret(at, end, Rule.TOKEN);
        }
        int end = endOfBody(text, near, shape, text.length());
        // The full stop of a sentence is not the token's.
        while (text.charAt(end - 1) == '.') {
            end--;
        }
        return Find.secret(shape.alphabet == Alphabet.PATH ? body : at, end, Rule.TOKEN);
    }

    private static int endOfBody(CharSequence text, int from, Shape shape, int limit) {
        int end = from;
        while (end < limit && shape.alphabet.contains(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /**
     * Names of variables, packages and examples stand behind prefixes, too. They have no digits and are of one case, or
     * of parts with full stops between them. A token may do without digits: Hugging Face's are of letters only.
     */
    private static boolean isRandom(CharSequence text, int from, int to, Alphabet alphabet) {
        boolean lower = false;
        boolean upper = false;
        boolean dotted = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (Ascii.isDigit(c)) {
                return true;
            }
            lower |= Ascii.isLower(c);
            upper |= Ascii.isUpper(c);
            dotted |= c == '.' && i + 1 < to;
        }
        return alphabet == Alphabet.UPPER || (lower && upper && !dotted);
    }
}
