package io.dharma.tracing.errors.fingerprint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the JSON of sets of stack traces, by whoever those were written. */
final class JsonReader {

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    static Map<String, Object> object(String text) {
        JsonReader reader = new JsonReader(text);
        reader.space();
        return reader.object();
    }

    private Object value() {
        return switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        expect('{');
        while (text.charAt(at) != '}') {
            String name = string();
            expect(':');
            object.put(name, value());
            skip(',');
        }
        expect('}');
        return object;
    }

    private List<Object> array() {
        List<Object> array = new ArrayList<>();
        expect('[');
        while (text.charAt(at) != ']') {
            array.add(value());
            skip(',');
        }
        expect(']');
        return array;
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        require('"');
        while (text.charAt(at) != '"') {
            char c = text.charAt(at++);
            string.append(c == '\\' ? escape() : c);
        }
        expect('"');
        return string.toString();
    }

    private char escape() {
        char c = text.charAt(at++);
        if (c == 'u') {
            at += 4;
            return (char) Integer.parseInt(text.substring(at - 4, at), 16);
        }
        int known = "\"\\/bfnrt".indexOf(c);
        if (known < 0) {
            throw new IllegalArgumentException("unknown escape at " + at);
        }
        return "\"\\/\b\f\n\r\t".charAt(known);
    }

    /** A number, true, false or null: nobody here asks which. */
    private String word() {
        int start = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        space();
        return word;
    }

    private void skip(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            expect(c);
        }
    }

    private void expect(char c) {
        require(c);
        space();
    }

    private void require(char c) {
        if (at >= text.length() || text.charAt(at) != c) {
            throw new IllegalArgumentException("expected " + c + " at " + at);
        }
        at++;
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }
}
