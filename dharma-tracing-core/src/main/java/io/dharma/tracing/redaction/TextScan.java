package io.dharma.tracing.redaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of texts, in one pass from left to right.
 *
 * <p>A table says for each ASCII character which {@link Scanner}s want to look where it stands. Letters and digits count
 * only as the first of a word, since nothing we look for begins in the middle of one, and frames of stack traces are
 * stepped over. So of an ordinary text nearly every character costs one look at a table, and nothing is allocated as
 * long as nothing is found. What was found is never looked at again.
 *
 * <p>Any thread.
 */
final class TextScan {

    private static final int ASCII = 128;

    private final Scanner[][] byTrigger = new Scanner[ASCII][];
    private final AssignmentScanner assignments;
    private final Set<String> kept;
    private final Consumer<Rule> counts;

    /**
     * @param scanners asked in this order
     * @param kept texts that are no secrets, however they look
     * @param counts told of every find
     */
    TextScan(List<Scanner> scanners, AssignmentScanner assignments, Set<String> kept, Consumer<Rule> counts) {
        this.assignments = assignments;
        this.kept = kept;
        this.counts = counts;
        List<Scanner> all = new ArrayList<>(scanners);
        all.add(assignments);
        for (char c = 0; c < ASCII; c++) {
            char trigger = c;
            byTrigger[c] = all.stream()
                    .filter(scanner -> scanner.triggers().indexOf(trigger) >= 0)
                    .toArray(Scanner[]::new);
        }
    }

    /** The text without secrets; the same object if there are none. */
    String redact(String text) {
        CharSequence redacted = redact(text, null);
        return redacted == text ? text : redacted.toString();
    }

    /** Of a URL's query, which begins with its first parameter. */
    String redactQuery(String query) {
        CharSequence redacted = redact(query, kept(query, assignments.firstParameter(query)));
        return redacted == query ? query : redacted.toString();
    }

    CharSequence redact(CharSequence text, @Nullable Find first) {
        StringBuilder out = null;
        int copied = 0;
        int at = 0;
        Find find = first;
        int length = text.length();
        while (at < length) {
            char c = text.charAt(at);
            if (find == null && c < ASCII) {
                Scanner[] candidates = byTrigger[c];
                if (candidates.length > 0) {
                    find = ask(candidates, text, at, copied);
                }
            }
            if (find == null) {
                at = next(text, at, c);
                continue;
            }
            counts.accept(find.rule());
            out = out == null ? new StringBuilder(length) : out;
            out.append(text, copied, find.start()).append(find.replacement());
            copied = find.end();
            at = copied;
            find = null;
        }
        return out == null ? text : out.append(text, copied, length);
    }

    private @Nullable Find ask(Scanner[] candidates, CharSequence text, int at, int from) {
        for (Scanner scanner : candidates) {
            Find find = kept(text, scanner.at(text, at, from));
            if (find != null) {
                return find;
            }
        }
        return null;
    }

    private @Nullable Find kept(CharSequence text, @Nullable Find find) {
        boolean keep = find != null
                && !kept.isEmpty()
                && kept.contains(text.subSequence(find.start(), find.end()).toString());
        return keep ? null : find;
    }

    private static int next(CharSequence text, int at, char c) {
        if (Ascii.isWord(c)) {
            return Ascii.endOfWord(text, at + 1);
        }
        if (c == '\n') {
            return StackFrames.skip(text, at);
        }
        // So that what was encoded begins a word.
        return c == '%' && Ascii.isPercentEscape(text, at) ? at + 3 : at + 1;
    }
}
