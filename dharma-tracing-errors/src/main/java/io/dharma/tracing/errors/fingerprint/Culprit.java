package io.dharma.tracing.errors.fingerprint;

import java.util.ArrayList;
import java.util.List;

/**
 * The throwable of a chain that the others are the consequences of: the innermost one that was thrown through code of the
 * application. If none was, the innermost one.
 *
 * @param error the throwable
 * @param frames where it was thrown. If it was thrown on a thread that had nothing of the application on its stack, and a
 *     wrapper brought it to one that has, where the wrapper was
 * @param chain the names of all throwables, each with its frames, the outermost first
 * @param reason why it is this one
 */
record Culprit(ThrownError error, List<NamedFrame> frames, List<Named> chain, String reason) {

    private static final int MAX_CAUSES = 32;

    /** A throwable with its frames, by normalised names. */
    record Named(String type, List<NamedFrame> frames) {}

    static Culprit in(StackTraceModel trace, InApp inApp) {
        List<ThrownError> causes = trace.causes();
        return new Search(causes.subList(0, Math.min(causes.size(), MAX_CAUSES)), inApp).culprit();
    }

    /** By its normalised name. */
    String type() {
        return GeneratedNames.className(error.type());
    }

    boolean isInApp() {
        return frames.stream().anyMatch(NamedFrame::inApp);
    }

    private static final class Search {
        private final List<ThrownError> causes;
        private final InApp inApp;
        private final List<Named> chain = new ArrayList<>();

        Search(List<ThrownError> causes, InApp inApp) {
            this.causes = causes;
            this.inApp = inApp;
            for (ThrownError cause : causes) {
                chain.add(new Named(GeneratedNames.className(cause.type()), NamedFrame.of(cause.frames(), inApp)));
            }
        }

        Culprit culprit() {
            int innermost = innermost();
            for (int i = innermost; i >= 0; i--) {
                if (chain.get(i).frames.stream().anyMatch(NamedFrame::inApp)) {
                    return saysSomething(i)
                            ? found(i, i, "It is the innermost of " + count() + " with a frame of " + inApp + ".")
                            : found(innermost, i, "A wrapper, " + causes.get(i).type() + ", says where it came from.");
                }
            }
            return found(innermost, innermost, "None of " + count() + " has a frame of " + inApp + ".");
        }

        private Culprit found(int error, int frames, String reason) {
            return new Culprit(causes.get(error), chain.get(frames).frames, List.copyOf(chain), reason);
        }

        private String count() {
            return causes.size() == 1 ? "1 throwable" : causes.size() + " throwables";
        }

        private int innermost() {
            for (int i = causes.size() - 1; i >= 0; i--) {
                if (saysSomething(i)) {
                    return i;
                }
            }
            return causes.size() - 1;
        }

        private boolean saysSomething(int index) {
            String type = causes.get(index).type();
            boolean wraps = Wrappers.isWrapper(type) && index < causes.size() - 1;
            boolean repeats =
                    index > 0 && Wrappers.repeats(type, causes.get(index - 1).type());
            return !wraps && !repeats && !Wrappers.isDiagnostic(type);
        }
    }
}
