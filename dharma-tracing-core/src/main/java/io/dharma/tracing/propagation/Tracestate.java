package io.dharma.tracing.propagation;

import io.opentelemetry.api.trace.TraceState;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code tracestate} header: up to 32 members {@code key=value}, the most recently changed one leftmost.
 *
 * <p>The grammar is that of level 2, where any number of at signs may stand anywhere in a key but at its beginning. A
 * header that breaks it is discarded whole, as the recommendation asks; of members with the same key the leftmost is
 * kept, as it is the latest.
 */
final class Tracestate {

    /** 32 members of the greatest length, with a comma behind each and as much again of blanks. */
    static final int LONGEST_READ = 2 * 32 * (256 + 1 + 256 + 1);

    static final int MOST_MEMBERS = 32;

    private static final int LONGEST_KEY = 256;
    private static final int LONGEST_VALUE = 256;
    private static final int LONGEST_WRITTEN = 512;
    private static final int LONG_MEMBER = 128;

    private Tracestate() {}

    static TraceState parse(String header) {
        int length = header.length();
        if (length > LONGEST_READ) {
            return TraceState.getDefault();
        }
        int members = 0;
        boolean tidy = true;
        for (int start = 0; start <= length; ) {
            int end = memberEnd(header, start);
            int first = HeaderChars.skipBlanks(header, start, end);
            int last = HeaderChars.trimBlanks(header, first, end);
            tidy &= first == start && last == end && first < last;
            if (first < last) {
                if (!isMember(header, first, last) || ++members > MOST_MEMBERS) {
                    return TraceState.getDefault();
                }
                tidy = tidy && !isRepeated(header, start);
            }
            start = end + 1;
        }
        if (members == 0) {
            return TraceState.getDefault();
        }
        return tidy ? new HeaderTraceState(header, members) : tidied(header);
    }

    /** The header's value for a state of ours or anybody's; empty if there is nothing to send. */
    static String format(TraceState state) {
        if (state.isEmpty()) {
            return "";
        }
        return state instanceof HeaderTraceState ours ? shortened(ours.header()) : formatForeign(state);
    }

    static boolean isKey(String text, int start, int end) {
        int length = end - start;
        return length > 0
                && length <= LONGEST_KEY
                && HeaderChars.STATE_KEY_START.contains(text.charAt(start))
                && HeaderChars.STATE_KEY.fill(text, start, end);
    }

    static boolean isValue(String text, int start, int end) {
        int length = end - start;
        return length > 0
                && length <= LONGEST_VALUE
                && text.charAt(end - 1) != ' '
                && HeaderChars.STATE_VALUE.fill(text, start, end);
    }

    /** Where the member that begins at {@code start} ends: at the next comma, or with the header. */
    static int memberEnd(String header, int start) {
        int comma = header.indexOf(',', start);
        return comma < 0 ? header.length() : comma;
    }

    private static boolean isMember(String header, int start, int end) {
        int equals = HeaderChars.STATE_KEY.skip(header, start, end);
        return equals < end
                && header.charAt(equals) == '='
                && isKey(header, start, equals)
                && isValue(header, equals + 1, end);
    }

    /** Whether a tidy header has the key of the member at {@code start} further left, too. */
    private static boolean isRepeated(String header, int start) {
        int keyAndEquals = header.indexOf('=', start) + 1 - start;
        for (int other = 0; other < start; other = memberEnd(header, other) + 1) {
            if (header.regionMatches(other, header, start, keyAndEquals)) {
                return true;
            }
        }
        return false;
    }

    private static TraceState tidied(String header) {
        HeaderTraceState state = HeaderTraceState.EMPTY;
        List<String> members = split(header);
        for (int i = members.size() - 1; i >= 0; i--) {
            String member = members.get(i);
            int equals = member.indexOf('=');
            state = state.with(member.substring(0, equals), member.substring(equals + 1));
        }
        return state;
    }

    private static List<String> split(String header) {
        List<String> members = new ArrayList<>(MOST_MEMBERS);
        for (int start = 0; start <= header.length(); ) {
            int end = memberEnd(header, start);
            int first = HeaderChars.skipBlanks(header, start, end);
            int last = HeaderChars.trimBlanks(header, first, end);
            if (first < last) {
                members.add(header.substring(first, last));
            }
            start = end + 1;
        }
        return members;
    }

    /** Goes by our own grammar: nobody else's state puts a line feed into a header of ours. */
    private static String formatForeign(TraceState state) {
        StringBuilder header = new StringBuilder(64);
        state.forEach((key, value) -> {
            if (header.length() <= LONGEST_READ) {
                header.append(header.isEmpty() ? "" : ",")
                        .append(key)
                        .append('=')
                        .append(value);
            }
        });
        return parse(header.toString()) instanceof HeaderTraceState checked ? shortened(checked.header()) : "";
    }

    private static String shortened(String header) {
        return header.length() <= LONGEST_WRITTEN ? header : shortened(split(header), header.length());
    }

    private static String shortened(List<String> members, int length) {
        int left = length;
        for (int i = members.size() - 1; i >= 0 && left > LONGEST_WRITTEN; i--) {
            if (members.get(i).length() > LONG_MEMBER) {
                left -= members.remove(i).length() + 1;
            }
        }
        for (int i = members.size() - 1; i >= 0 && left > LONGEST_WRITTEN; i--) {
            left -= members.remove(i).length() + 1;
        }
        return String.join(",", members);
    }
}
