package io.dharma.tracing.errors.fingerprint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What repeats in a stack. How often it does, and where in a cycle the stack was full, differs each time.
 *
 * <p>All of it looks at blocks of at most {@value #LONGEST} frames, so it takes time in proportion to the number of
 * frames.
 */
final class Recursion {

    private static final int LONGEST = 48;
    private static final int ROUNDS = 3;

    /** What was called last may not be a part of the cycle: the stack was full in some helper of it. */
    private static final int HEAD = 32;

    /** Of an irregular recursion, as through a tree, those count that are in the stack so many times. */
    private static final int OFTEN = 4;

    private Recursion() {}

    /**
     * The shortest block that is {@value #ROUNDS} times in a row near the top, in its lexically smallest rotation; where
     * there is none, all that is there often, in the order of names; empty where nothing is.
     */
    static List<String> cycle(List<String> frames) {
        for (int length = 1; length <= LONGEST; length++) {
            for (int from = 0; from <= HEAD && from + ROUNDS * length <= frames.size(); from++) {
                if (repeats(frames, from, length, ROUNDS)) {
                    return smallestRotation(frames.subList(from, from + length));
                }
            }
        }
        return frequent(frames);
    }

    /** Each block that follows itself, once. */
    static List<String> collapse(List<String> frames) {
        List<String> collapsed = new ArrayList<>();
        int at = 0;
        while (at < frames.size()) {
            int length = repeatedAt(frames, at);
            int end = at + Math.max(length, 1);
            collapsed.addAll(frames.subList(at, end));
            while (length > 0 && repeats(frames, end - length, length, 2)) {
                end += length;
            }
            at = end;
        }
        return collapsed;
    }

    private static int repeatedAt(List<String> frames, int at) {
        for (int length = 1; length <= LONGEST; length++) {
            if (repeats(frames, at, length, 2)) {
                return length;
            }
        }
        return 0;
    }

    private static boolean repeats(List<String> frames, int from, int length, int times) {
        if (from + times * length > frames.size()) {
            return false;
        }
        for (int i = from; i < from + (times - 1) * length; i++) {
            if (!frames.get(i).equals(frames.get(i + length))) {
                return false;
            }
        }
        return true;
    }

    private static List<String> smallestRotation(List<String> cycle) {
        List<String> smallest = new ArrayList<>(cycle);
        List<String> rotated = new ArrayList<>(cycle);
        for (int i = 1; i < cycle.size(); i++) {
            Collections.rotate(rotated, -1);
            if (compare(rotated, smallest) < 0) {
                smallest = new ArrayList<>(rotated);
            }
        }
        return smallest;
    }

    private static int compare(List<String> one, List<String> other) {
        for (int i = 0; i < one.size(); i++) {
            int order = one.get(i).compareTo(other.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static List<String> frequent(List<String> frames) {
        Map<String, Integer> counts = new HashMap<>();
        frames.forEach(frame -> counts.merge(frame, 1, Integer::sum));
        TreeSet<String> often = new TreeSet<>();
        counts.forEach((frame, count) -> {
            if (count >= OFTEN) {
                often.add(frame);
            }
        });
        return List.copyOf(often);
    }
}
