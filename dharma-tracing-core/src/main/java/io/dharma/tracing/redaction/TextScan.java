package io.dharma.tracing.redaction;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of texts, passing through them from left to right.
 *
 * <p>A table says for each ASCII character which {@link Scanner}s want to look where it stands. Letters and digits count
 * only as the first of a word, since nothing we look for begins in the middle of one, and frames of stack traces are
 * stepped over. So an ordinary text costs no more than if it were read about five times, and nothing is allocated as long
 * as nothing is found.
 *
 * <p>Any thread.
 */
final class TextScan {

    private static final int ASCII = 128;
    private static final Scanner[] NONE = {};

    /** Two are enough for all but made-up texts. */
    private static final int MOST_PASSES = 4;

    private final Scanner[][] byTrigger = new Scanner[ASCII][];
    private final Set<String> kept;
    private final Consumer<Rule> counts;

    /**
     * @param scanners asked in this order
     * @param kept texts that are no secrets, however they look
     * @param counts told of every find
     */
    TextScan(List<Scanner> scanners, Set<String> kept, Consumer<Rule> counts) {
        this.kept = kept;
        this.counts = counts;
        Arrays.fill(byTrigger, NONE);
        for (Scanner scanner : scanners) {
            String triggers = scanner.triggers();
            for (int i = 0; i < triggers.length(); i++) {
                char trigger = triggers.charAt(i);
                byTrigger[trigger] = withOneMore(byTrigger[trigger], scanner);
            }
        }
    }

    private static Scanner[] withOneMore(Scanner[] scanners, Scanner last) {
        if (scanners.length > 0 && scanners[scanners.length - 1] == last) {
            return scanners;
        }
        Scanner[] more = Arrays.copyOf(scanners, scanners.length + 1);
        more[scanners.length] = last;
        return more;
    }

    /**
     * The text without secrets; the same object if there are none. One with finds is gone over again until there is
     * nothing more: what is left may look different without what was taken out of its middle.
     */
    String redact(String text) {
        String current = text;
        for (int pass = 0; pass < MOST_PASSES; pass++) {
            CharSequence next = pass(current);
            if (next == current) {
                break;
            }
            current = next.toString();
        }
        return current;
    }

    /** One pass; the same object if there is nothing. */
    CharSequence pass(CharSequence text) {
        StringBuilder out = null;
        int copied = 0;
        int at = 0;
        int length = text.length();
        while (at < length) {
            char c = text.charAt(at);
            Scanner[] candidates = c < ASCII ? byTrigger[c] : NONE;
            Find find = candidates.length == 0 ? null : ask(candidates, text, at, copied);
            if (find == null) {
                at = next(text, at, c);
            } else {
                counts.accept(find.rule());
                out = out == null ? new StringBuilder(length) : out;
                out.append(text, copied, find.start()).append(find.replacement());
                copied = find.end();
                at = copied;
            }
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
