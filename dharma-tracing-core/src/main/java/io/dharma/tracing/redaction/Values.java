package io.dharma.tracing.redaction;

import io.dharma.tracing.internal.text.IdSyntax;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.common.ValueType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Redacts values of any of OpenTelemetry's types, each to one of its own type, except that a person's number becomes a
 * text. Returns the same object where there was nothing to do. Any thread.
 */
final class Values {

    /** Nobody nests deeper, other than by mistake or ill will; what lies below goes unseen, so it goes. */
    private static final int DEEPEST = 64;

    /** Of 13 to 16 digits. Longer ones are far more often the random identifiers that programs make of 64 bits. */
    private static final long LEAST_CARD = 1_000_000_000_000L;

    private static final long BEYOND_CARDS = 10_000_000_000_000_000L;

    private static final Value<?> MARKED = Value.of(Find.MARKER);
    private static final List<String> MARKED_LIST = List.of(Find.MARKER);

    private final Names names;
    private final TextScan texts;
    private final UnaryOperator<String> asText;
    private final UnaryOperator<String> asQuery;
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
        this.asText = texts::redact;
        this.asQuery = queries::redact;
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
        return redact(name, value, asText, neighbours, 0);
    }

    /** @param reading how texts are read, unless the name says otherwise */
    private Object redact(String name, Object value, UnaryOperator<String> reading, Neighbours neighbours, int depth) {
        return switch (names.of(name)) {
            case ALLOWED -> value;
            case SECRET -> counted(value, masked(value), Rule.KEY);
            case PARAMETER -> counted(value, emptied(value), Rule.SQL);
            case IDENTITY -> identity(value);
            case QUERY -> searched(value, asQuery, neighbours, depth);
            case STATEMENT -> searched(value, asStatement(neighbours), neighbours, depth);
            case CORRELATION -> isId(value) ? value : searched(value, reading, neighbours, depth);
            case SEARCHED -> searched(value, reading, neighbours, depth);
        };
    }

    /** Spans are found by it, and it stands in headers, logs and stores: it is to be the same everywhere. */
    private static boolean isId(Object value) {
        return value instanceof String text && IdSyntax.isId(text);
    }

    private UnaryOperator<String> asStatement(Neighbours neighbours) {
        return text -> statements.redact(text, neighbours.databaseSystem());
    }

    String text(String text) {
        return texts.redact(text);
    }

    /** The name of a value without secrets that it may hold itself. */
    String name(String name) {
        return names.isKnown(name) ? name : texts.redact(name);
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

    private Object searched(Object value, UnaryOperator<String> reading, Neighbours neighbours, int depth) {
        if (value instanceof String text) {
            return reading.apply(text);
        }
        if (value instanceof Long number) {
            return isCard(number) ? (Object) 0L : number;
        }
        if (value instanceof List<?> list) {
            return searchedList(list, reading);
        }
        return value instanceof Value<?> tree ? searched(tree, reading, neighbours, depth) : value;
    }

    private boolean isCard(long number) {
        if (number < LEAST_CARD || number >= BEYOND_CARDS) {
            return false;
        }
        String digits = Long.toString(number);
        return !texts.redact(digits).equals(digits);
    }

    private List<?> searchedList(List<?> list, UnaryOperator<String> reading) {
        Object first = list.isEmpty() ? null : list.get(0);
        if (first instanceof Long) {
            return searchedNumbers(list);
        }
        return first instanceof String ? searchedTexts(list, reading) : list;
    }

    private List<?> searchedNumbers(List<?> list) {
        List<Object> changed = null;
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) instanceof Long number && isCard(number)) {
                changed = changed == null ? new ArrayList<>(list) : changed;
                changed.set(i, 0L);
            }
        }
        return changed == null ? list : Collections.unmodifiableList(changed);
    }

    /** Also as what a program was called with, where the name of an option comes before its value. */
    private List<?> searchedTexts(List<?> list, UnaryOperator<String> reading) {
        List<Object> changed = null;
        ArgumentScan.Place password = ArgumentScan.password(list);
        boolean announced = false;
        for (int i = 0; i < list.size(); i++) {
            // OpenTelemetry lets null pass.
            Object element = list.get(i);
            Object redacted = element;
            if (element instanceof String text) {
                redacted = password != null && password.argument() == i
                        ? upTo(password.from(), text, reading)
                        : argument(text, announced, reading);
            }
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

    private String upTo(int password, String text, UnaryOperator<String> reading) {
        String value = text.substring(password);
        Object after = counted(value, masked(value), Rule.ASSIGNMENT);
        return after == value ? text : reading.apply(text.substring(0, password)) + after;
    }

    private String argument(String text, boolean announced, UnaryOperator<String> reading) {
        if (!announced || text.startsWith("-")) {
            return reading.apply(text);
        }
        return (String) counted(text, masked(text), Rule.ASSIGNMENT);
    }

    /** A tree that stands on its own, such as the body of a log record. */
    Value<?> searched(Value<?> tree, Neighbours neighbours) {
        return searched(tree, asText, neighbours, 0);
    }

    private Value<?> searched(Value<?> tree, UnaryOperator<String> reading, Neighbours neighbours, int depth) {
        if (depth > DEEPEST) {
            return isMarked(tree) ? tree : (Value<?>) counted(tree, MARKED, Rule.KEY);
        }
        Object content = tree.getValue();
        return switch (tree.getType()) {
            case STRING -> text(tree, (String) content, reading);
            case BYTES -> bytes(tree, (ByteBuffer) content, reading);
            case LONG -> isCard((Long) content) ? Value.of(0L) : tree;
            case ARRAY -> array(tree, (List<?>) content, reading, neighbours, depth);
            case KEY_VALUE_LIST -> map(tree, (List<?>) content, reading, neighbours, depth);
            case BOOLEAN, DOUBLE, EMPTY -> tree;
        };
    }

    private static Value<?> text(Value<?> tree, String text, UnaryOperator<String> reading) {
        String redacted = reading.apply(text);
        return Objects.equals(redacted, text) ? tree : Value.of(redacted);
    }

    /** Many are texts that somebody did not decode. */
    private static Value<?> bytes(Value<?> tree, ByteBuffer bytes, UnaryOperator<String> reading) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
        } catch (CharacterCodingException e) {
            return tree;
        }
        String redacted = reading.apply(text);
        return redacted.equals(text) ? tree : Value.of(redacted.getBytes(StandardCharsets.UTF_8));
    }

    private Value<?> array(
            Value<?> tree, List<?> elements, UnaryOperator<String> reading, Neighbours neighbours, int depth) {
        List<Value<?>> redacted = new ArrayList<>(elements.size());
        boolean changed = false;
        for (Object element : elements) {
            Value<?> after = searched((Value<?>) element, reading, neighbours, depth + 1);
            changed |= after != element;
            redacted.add(after);
        }
        return changed ? Value.of(redacted) : tree;
    }

    private Value<?> map(Value<?> tree, List<?> entries, UnaryOperator<String> reading, Neighbours around, int depth) {
        Neighbours neighbours = () -> databaseSystem(entries, around);
        List<KeyValue> redacted = new ArrayList<>(entries.size());
        boolean changed = false;
        for (Object entry : entries) {
            KeyValue pair = (KeyValue) entry;
            KeyValue after = member(pair, reading, neighbours, depth + 1);
            changed |= after != pair;
            redacted.add(after);
        }
        return changed ? Value.of(redacted.toArray(KeyValue[]::new)) : tree;
    }

    /** Of the entry next to it, or else of what is around them. */
    private static @Nullable String databaseSystem(List<?> entries, Neighbours around) {
        for (Object entry : entries) {
            KeyValue pair = (KeyValue) entry;
            boolean system =
                    pair.getKey().equals("db.system.name") || pair.getKey().equals("db.system");
            if (system && pair.getValue().getType() == ValueType.STRING) {
                return (String) pair.getValue().getValue();
            }
        }
        return around.databaseSystem();
    }

    private KeyValue member(KeyValue pair, UnaryOperator<String> reading, Neighbours neighbours, int depth) {
        Value<?> value = pair.getValue();
        Value<?> after = names.of(pair.getKey()) == Treatment.IDENTITY
                ? identity(value)
                : (Value<?>) redact(pair.getKey(), value, reading, neighbours, depth);
        String name = name(pair.getKey());
        return after == value && name.equals(pair.getKey()) ? pair : KeyValue.of(name, after);
    }

    private Value<?> identity(Value<?> value) {
        Object after = identity(value.getType() == ValueType.STRING ? value.getValue() : (Object) value);
        return after instanceof String text && !text.equals(value.getValue())
                ? Value.of(text)
                : after instanceof Value<?> tree ? tree : value;
    }
}
