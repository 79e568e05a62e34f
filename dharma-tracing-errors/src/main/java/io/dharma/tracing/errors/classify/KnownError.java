package io.dharma.tracing.errors.classify;

import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.Severity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@link KnownErrors}: what it says of errors of some class, if it holds for one.
 *
 * @param type the name of a class, or its end, behind an asterisk
 * @param weight how much it says
 * @param classification what it says
 * @param condition of a message and an SQL state, of which any may be empty
 */
record KnownError(String type, Weight weight, Classification classification, BiPredicate<String, String> condition) {

    /** How much a rule says; the least first. */
    enum Weight {
        HARDLY,
        PERHAPS,
        PLAINLY,
        SURELY
    }

    /** One for each class that the line names. */
    static Stream<KnownError> parse(String line) {
        List<String> words = new ArrayList<>(Arrays.asList(line.strip().split("\\s+")));
        Weight weight = weight(words);
        Classification classification = classification(words);
        List<String> types = words.stream()
                .takeWhile(word -> word.indexOf('.') > 0 || word.startsWith("*"))
                .toList();
        if (types.isEmpty()) {
            throw new IllegalArgumentException("names no class: " + line);
        }
        BiPredicate<String, String> condition = condition(words.subList(types.size(), words.size()));
        return types.stream()
                .flatMap(KnownError::withTwin)
                .map(type -> new KnownError(type, weight, classification, condition));
    }

    /** Whether it says what happened, not only where. */
    boolean isTelling() {
        return weight.compareTo(Weight.PLAINLY) >= 0;
    }

    boolean isLighterThan(KnownError other) {
        return weight.compareTo(other.weight) < 0;
    }

    boolean holdsFor(@Nullable String message, @Nullable String sqlState) {
        return condition.test(Objects.requireNonNullElse(message, ""), Objects.requireNonNullElse(sqlState, ""));
    }

    private static Weight weight(List<String> words) {
        for (Weight weight : Weight.values()) {
            if (weight.name().toLowerCase(Locale.ROOT).equals(words.get(0))) {
                words.remove(0);
                return weight;
            }
        }
        return Weight.PLAINLY;
    }

    private static Classification classification(List<String> words) {
        Category category = Category.valueOf(words.remove(0));
        for (Severity severity : Severity.values()) {
            if (severity.name().equals(words.get(0))) {
                words.remove(0);
                return new Classification(severity, category);
            }
        }
        return Classification.of(category);
    }

    private static BiPredicate<String, String> condition(List<String> words) {
        if (words.isEmpty()) {
            return (message, state) -> true;
        }
        String text = String.join(" ", words.subList(1, words.size()));
        return switch (words.get(0)) {
            case "begins" -> (message, state) -> message.startsWith(text);
            case "contains" -> (message, state) -> message.contains(text);
            case "state" -> (message, state) -> state.startsWith(text);
            default -> throw new IllegalArgumentException("is no condition: " + words);
        };
    }

    /** Jakarta EE was Java EE under another name. */
    private static Stream<String> withTwin(String type) {
        String before = "javax." + type.substring(type.indexOf('.') + 1);
        return type.startsWith("jakarta.") ? Stream.of(type, before) : Stream.of(type);
    }
}
