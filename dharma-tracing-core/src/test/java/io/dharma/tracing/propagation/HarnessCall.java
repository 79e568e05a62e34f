package io.dharma.tracing.propagation;

import java.util.ArrayList;
import java.util.List;

/**
 * One element of the JSON array that the conformance suite posts: {@code {"url": ..., "arguments": [...]}}.
 *
 * @param url where to post to
 * @param arguments what to post, as JSON that is of no interest to us
 */
record HarnessCall(String url, String arguments) {

    /** Reads the array; ours is the only reader of JSON here, and it knows just enough for this. */
    static List<HarnessCall> parse(String json) {
        List<HarnessCall> calls = new ArrayList<>();
        for (String call : elements(json)) {
            String url = "";
            String arguments = "[]";
            for (String property : elements(call)) {
                int colon = property.indexOf(':', endOfString(property, 0));
                String value = property.substring(colon + 1).strip();
                if (property.startsWith("\"url\"")) {
                    url = value.substring(1, value.length() - 1).replace("\\/", "/");
                } else if (property.startsWith("\"arguments\"")) {
                    arguments = value;
                }
            }
            calls.add(new HarnessCall(url, arguments));
        }
        return calls;
    }

    /** What stands between the outermost brackets or braces, cut at the commas of that level. */
    private static List<String> elements(String json) {
        String text = json.strip();
        List<String> elements = new ArrayList<>();
        int start = 1;
        int depth = 0;
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                i = endOfString(text, i) - 1;
            } else if (c == '[' || c == '{') {
                depth++;
            } else if ((c == ',' && depth == 0) || i == text.length() - 1) {
                addUnlessBlank(elements, text.substring(start, i));
                start = i + 1;
            } else if (c == ']' || c == '}') {
                depth--;
            }
        }
        return elements;
    }

    private static void addUnlessBlank(List<String> elements, String element) {
        if (!element.isBlank()) {
            elements.add(element.strip());
        }
    }

    /** The position behind the closing quote of the string that opens at {@code start}. */
    private static int endOfString(String text, int start) {
        int i = start + 1;
        while (text.charAt(i) != '"') {
            i += text.charAt(i) == '\\' ? 2 : 1;
        }
        return i + 1;
    }
}
