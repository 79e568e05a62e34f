package io.dharma.tracing.errors.fingerprint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an error is grouped by if the application has no rule of its own. Made for one error. */
final class DefaultParts {

    private static final String STACK_OVERFLOW = "java.lang.StackOverflowError";

    /** Thrown for anything: only the message says for what. */
    private static final Set<String> GENERIC =
            Set.of("java.lang.Throwable", "java.lang.Exception", "java.lang.RuntimeException", "java.lang.Error");

    private static final List<String> JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

    private final Culprit culprit;
    private final LineLookup lines;
    private final List<String> reasons = new ArrayList<>();

    DefaultParts(Culprit culprit, LineLookup lines) {
        this.culprit = culprit;
        this.lines = lines;
    }

    FingerprintParts parts() {
        reasons.add(culprit.reason());
        List<String> cycle = culprit.type().equals(STACK_OVERFLOW) ? cycle() : List.of();
        if (!cycle.isEmpty()) {
            return inCycle(cycle);
        }
        return culprit.isInApp() ? inMethod(place()) : inNobodysCode();
    }

    /** That of the application, which may lead through any libraries; or one within a library. */
    private List<String> cycle() {
        List<String> inApp = Recursion.cycle(culprit.frames().stream()
                .filter(NamedFrame::inApp)
                .map(NamedFrame::key)
                .toList());
        return inApp.isEmpty()
                ? Recursion.cycle(culprit.frames().stream().map(NamedFrame::key).toList())
                : inApp;
    }

    private FingerprintParts inCycle(List<String> cycle) {
        reasons.add("The stack was full of " + String.join(" -> ", cycle) + ".");
        TraceFrame frame = culprit.frames().stream()
                .filter(candidate -> cycle.contains(candidate.key()))
                .map(NamedFrame::frame)
                .findFirst()
                .orElse(null);
        List<String> parts = with(List.of(culprit.type()), cycle);
        return parts(parts, parts, frame, "", "");
    }

    private FingerprintParts inMethod(NamedFrame place) {
        String line = line(place.frame());
        List<String> group = List.of(culprit.type(), place.key(), line);
        List<String> family = List.of(culprit.type(), familyKey(place));
        if (!GENERIC.contains(culprit.type())) {
            return parts(group, family, place.frame(), line, "");
        }
        String message = MessageTemplate.of(culprit.error().message());
        reasons.add("It is thrown for anything, so the message counts as well.");
        return parts(with(group, List.of(message)), family, place.frame(), line, message);
    }

    /** The JDK's frames are not the same from release to release, but those of libraries are its users' choice. */
    private FingerprintParts inNobodysCode() {
        String message = MessageTemplate.of(culprit.error().message());
        reasons.add("So the message counts.");
        if (culprit.chain().stream().allMatch(named -> named.frames().isEmpty())) {
            reasons.add("There is no stack trace; HotSpot leaves it out of what it throws often, unless it runs with"
                    + " -XX:-OmitStackTraceInFastThrow.");
        }
        NamedFrame library = culprit.frames().stream()
                .filter(frame -> !Texts.beginsWithAny(frame.className(), JDK))
                .findFirst()
                .orElse(null);
        List<String> family = List.of(culprit.type(), library == null ? "" : library.key());
        return parts(with(family, List.of(message)), family, library == null ? null : library.frame(), "", message);
    }

    private FingerprintParts parts(
            List<String> group, List<String> family, @Nullable TraceFrame frame, String line, String message) {
        return new FingerprintParts(
                group, family, exact(line), new Explanation(culprit.type(), frame, line, message, reasons));
    }

    /**
     * The first frame of the application that does more than throw. Only what called such code directly: what a framework
     * between them was called by may have nothing to do with it.
     */
    private NamedFrame place() {
        List<NamedFrame> frames = culprit.frames();
        int first = 0;
        while (!frames.get(first).inApp()) {
            first++;
        }
        int at = first;
        while (at < frames.size() && frames.get(at).inApp() && frames.get(at).isRaiser()) {
            at++;
        }
        if (at == frames.size() || !frames.get(at).inApp()) {
            return frames.get(first);
        }
        for (NamedFrame raiser : frames.subList(first, at)) {
            reasons.add(raiser.key() + " is there to throw, so what called it counts.");
        }
        return frames.get(at);
    }

    private String line(TraceFrame frame) {
        if (frame.line() == 0) {
            return "";
        }
        int first = firstLine(frame);
        if (first == 0) {
            reasons.add("No class file says where the method begins, so the line is that of the file.");
            return Integer.toString(frame.line());
        }
        int relative = frame.line() - first;
        return relative < 0 ? Integer.toString(relative) : "+" + relative;
    }

    private int firstLine(TraceFrame frame) {
        try {
            return lines.firstLine(frame);
        } catch (Throwable notOurs) {
            return 0;
        }
    }

    /**
     * A base class is renamed, split and moved within its package while the method stays what it was, and the class that
     * inherits it is the same: so its package stands for it.
     */
    private static String familyKey(NamedFrame place) {
        String name = Texts.simpleName(place.className());
        return isBase(name) ? Texts.packageOf(place.className()) + "." + place.method() : place.key();
    }

    private static boolean isBase(String name) {
        return beginsWord(name, "Abstract")
                || beginsWord(name, "Base")
                || (name.endsWith("Base") && !name.equals("Base"));
    }

    private static boolean beginsWord(String name, String word) {
        return name.startsWith(word)
                && name.length() > word.length()
                && Character.isUpperCase(name.charAt(word.length()));
    }

    private List<String> exact(String line) {
        List<String> exact = new ArrayList<>();
        for (Culprit.Named named : culprit.chain()) {
            exact.add(named.type());
            exact.addAll(Recursion.collapse(
                    named.frames().stream().map(NamedFrame::key).toList()));
        }
        exact.add(line);
        return exact;
    }

    private static List<String> with(List<String> parts, List<String> more) {
        List<String> all = new ArrayList<>(parts);
        all.addAll(more);
        return all;
    }
}
