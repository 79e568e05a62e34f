package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.Printable;
import java.util.function.IntFunction;

/**
 * Text in a Mermaid diagram, and how large that may be.
 *
 * <p>Mermaid has no quoting that holds: its lexers take {@code ;} for the end of a line, {@code %%} for a comment,
 * {@code end} and {@code wrap:} for words of theirs, {@code #} for an entity, and what starts like a Markdown list for
 * one. It does replace {@code #59;} by the character of that number when all of that is over. So all that is not a
 * letter, a digit or harmless is written as its number.
 */
final class MermaidText {

    private static final int LONGEST = 60;

    /** Mermaid shows nothing but an error from 50,000 characters on. */
    private static final int LONGEST_DIAGRAM = 45_000;

    private static final int MOST_HOPS = 150;

    private MermaidText() {}

    /** At most some 60 characters of it, none of which Mermaid reads as anything else. */
    static String escape(String text) {
        String shown = Printable.shorten(text, LONGEST);
        StringBuilder escaped = new StringBuilder(shown.length() + 16);
        shown.codePoints().forEach(new Escaping(escaped)::append);
        return escaped.toString();
    }

    /** Decides by what comes before, which is enough: what comes after a dash or dot is then escaped instead. */
    private static final class Escaping {

        private final StringBuilder out;
        private int previous = ' ';

        Escaping(StringBuilder out) {
            this.out = out;
        }

        void append(int c) {
            if (Character.isLetterOrDigit(c) || isHarmless(c)) {
                out.appendCodePoint(c);
            } else {
                out.append('#').append(c).append(';');
            }
            previous = c;
        }

        /** Within a word only, so that they are no list, rule, arrow or emphasis. */
        private boolean isHarmless(int c) {
            return switch (c) {
                case ' ' -> Character.isLetterOrDigit(previous);
                case '-', '_', '.', '/' -> Character.isLetterOrDigit(previous) || (c == '/' && previous == ' ');
                default -> false;
            };
        }
    }

    /** The largest diagram that Mermaid takes, of what is drawn with at most so many hops. */
    static String largest(IntFunction<String> diagram) {
        int hops = MOST_HOPS;
        String drawn = diagram.apply(hops);
        while (drawn.length() > LONGEST_DIAGRAM && hops > 1) {
            hops /= 2;
            drawn = diagram.apply(hops);
        }
        return drawn;
    }

    static String leftOut(int hops) {
        return hops + (hops == 1 ? " more hop is not shown" : " more hops are not shown");
    }
}
