package io.dharma.tracing.redaction;

import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.common.ValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Redacts values of any of OpenTelemetry's types, each to one of its own type, except that a person's number becomes a
 * text. Returns the same object where there was nothing to do. Any thread.
 */
final class Values {

    /** Nobody nests deeper, other than by mistake or ill will; what lies below goes unseen, so it goes. */
    private static final int DEEPEST = 64;

    private static final Value<?> MARKED = Value.of(Find.MARKER);
    private static final List<String> MARKED_LIST = List.of(Find.MARKER);

    private final Names names;
    private final TextScan texts;
    private final TextScan queries;
    private final Statements statements;
    private final FlagScanner flags;
    private final Pseudonyms pseudonyms;
    private final Set<String> kept;
    private final Consumer<Rule> counts;

    Values(
            Names names,
            TextScan texts,
            TextScan queries,
            Statements statements,
            FlagScanner flags,
            Pseudonyms pseudonyms,
            Set<String> kept,
            Consumer<Rule> counts) {
        this.names = names;
        this.texts = texts;
        this.queries = queries;
        this.statements = statements;
        this.flags = flags;
        this.pseudonyms = pseudonyms;
        this.kept = kept;
        this.counts = counts;
    }

    /** Knows which database an attribute's neighbours name. */
    interface Neighbours {
        @Nullable
        String databaseSystem();
    }

    Object redact(String name, Object value, Neighbours neighbours) {
        return switch (names.of(name)) {
            case ALLOWED -> value;
            case SECRET -> counted(value, masked(value), Rule.KEY);
            case PARAMETER -> counted(value, emptied(value), Rule.SQL);
            case IDENTITY -> identity(value);
            case QUERY -> value instanceof String text ? queries.redact(text) : searched(value);
            case STATEMENT ->
                value instanceof String text ? statements.redact(text, neighbours.databaseSystem()) : searched(value);
            case SEARCHED -> searched(value);
        };
    }

    String text(String text) {
        return texts.redact(text);
    }

    private Object counted(Object before, Object after, Rule rule) {
        if (after != before) {
            counts.accept(rule);
        }
        return after;
    }

    // ---- by name

    /** A truth holds no secret; a number becomes 0, so that who receives it still finds a number there. */
    private Object masked(Object value) {
        if (value instanceof String text) {
            return text.isEmpty() || text.equals(Find.MARKER) || kept.contains(text) ? text : Find.MARKER;
        }
        if (value instanceof List<?> list) {
            return maskedList(list);
        }
        if (value instanceof Value<?> tree) {
            return isMarked(tree) ? tree : MARKED;
        }
        return zero(value);
    }

    private static boolean isMarked(Value<?> tree) {
        return tree.getType() == ValueType.EMPTY || (tree.getType() == ValueType.STRING && isMarker(tree.getValue()));
    }

    private static boolean isMarker(@Nullable Object value) {
        return Find.MARKER.equals(value);
    }

    private static Object maskedList(List<?> list) {
        boolean done = list.isEmpty() || list.get(0) instanceof Boolean || list.equals(MARKED_LIST);
        return done ? list : list.get(0) instanceof String ? MARKED_LIST : List.of();
    }

    private static Object zero(Object value) {
        if (value instanceof Long number) {
            return number == 0 ? number : (Object) 0L;
        }
        if (value instanceof Double number) {
            return number == 0 ? number : (Object) 0.0;
        }
        return value;
    }

    private Object emptied(Object value) {
        if (value instanceof String text) {
            return text.isEmpty() || text.equals("?") ? text : "?";
        }
        return masked(value);
    }

    private Object identity(Object value) {
        if (value instanceof String text) {
            return text.isEmpty() || kept.contains(text) || pseudonyms.isPseudonym(text)
                    ? text
                    : counted(text, pseudonyms.of(text), Rule.PSEUDONYM);
        }
        if (value instanceof Long number) {
            return counted(number, pseudonyms.of(Long.toString(number)), Rule.PSEUDONYM);
        }
        return counted(value, masked(value), Rule.PSEUDONYM);
    }

    // ---- by what it holds

    private Object searched(Object value) {
        if (value instanceof String text) {
            return texts.redact(text);
        }
        if (value instanceof List<?> list) {
            return searchedList(list);
        }
        return value instanceof Value<?> tree ? searched(tree, 0) : value;
    }

    /** Also as what a program was called with, where the name of an option comes before its value. */
    private List<?> searchedList(List<?> list) {
        if (list.isEmpty() || !(list.get(0) instanceof String)) {
            return list;
        }
        List<Object> changed = null;
        boolean announced = false;
        for (int i = 0; i < list.size(); i++) {
            // OpenTelemetry lets null pass.
            Object element = list.get(i);
            Object redacted = element instanceof String text ? argument(text, announced) : element;
            announced = element instanceof String text && flags.announces(text);
            if (redacted != element && changed == null) {
                changed = new ArrayList<>(list);
            }
            if (changed != null) {
                changed.set(i, redacted);
            }
        }
        return changed == null ? list : Collections.unmodifiableList(changed);
    }

    private String argument(String text, boolean announced) {
        if (!announced || text.startsWith("-")) {
            return texts.redact(text);
        }
        return (String) counted(text, masked(text), Rule.ASSIGNMENT);
    }

    Value<?> searched(Value<?> tree) {
        return searched(tree, 0);
    }

    private Value<?> searched(Value<?> tree, int depth) {
        if (depth > DEEPEST) {
            return isMarked(tree) ? tree : (Value<?>) counted(tree, MARKED, Rule.KEY);
        }
        Object content = tree.getValue();
        return switch (tree.getType()) {
            case STRING -> text(tree, (String) content);
            case ARRAY -> array(tree, (List<?>) content, depth);
            case KEY_VALUE_LIST -> map(tree, (List<?>) content, depth);
            case BOOLEAN, LONG, DOUBLE, BYTES, EMPTY -> tree;
        };
    }

    private Value<?> text(Value<?> tree, String text) {
        String redacted = texts.redact(text);
        return Objects.equals(redacted, text) ? tree : Value.of(redacted);
    }

    private Value<?> array(Value<?> tree, List<?> elements, int depth) {
        List<Value<?>> redacted = new ArrayList<>(elements.size());
        boolean changed = false;
        for (Object element : elements) {
            Value<?> after = searched((Value<?>) element, depth + 1);
            changed |= after != element;
            redacted.add(after);
        }
        return changed ? Value.of(redacted) : tree;
    }

    private Value<?> map(Value<?> tree, List<?> entries, int depth) {
        List<KeyValue> redacted = new ArrayList<>(entries.size());
        boolean changed = false;
        for (Object entry : entries) {
            KeyValue pair = (KeyValue) entry;
            Value<?> after = member(pair.getKey(), pair.getValue(), depth + 1);
            changed |= after != pair.getValue();
            redacted.add(after == pair.getValue() ? pair : KeyValue.of(pair.getKey(), after));
        }
        return changed ? Value.of(redacted.toArray(KeyValue[]::new)) : tree;
    }

    private Value<?> member(String name, Value<?> value, int depth) {
        return switch (names.of(name)) {
            case ALLOWED -> value;
            case SECRET -> (Value<?>) counted(value, masked(value), Rule.KEY);
            case IDENTITY -> identity(value);
            default -> searched(value, depth);
        };
    }

    private Value<?> identity(Value<?> value) {
        Object after = identity(value.getType() == ValueType.STRING ? value.getValue() : (Object) value);
        return after instanceof String text && !text.equals(value.getValue())
                ? Value.of(text)
                : after instanceof Value<?> tree ? tree : value;
    }
}
