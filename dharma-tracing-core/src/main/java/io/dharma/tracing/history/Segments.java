package io.dharma.tracing.history;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.internal.segment.Segment;
import io.dharma.tracing.internal.segment.SegmentReader;
import io.dharma.tracing.internal.segment.SegmentRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where in which file each block begins, so that one is read without reading what is before it. A dozen bytes for a
 * block. Any thread.
 */
final class Segments {

    private final NavigableMap<Long, Places> byFirst = new TreeMap<>();

    /** The blocks of one file. */
    private static final class Places {

        private final Path file;
        private final long instance;
        private final long first;
        private long end;
        private long[] numbers = new long[16];
        private int[] offsets = new int[16];
        private int count;

        Places(Segment segment) {
            this.file = segment.file();
            this.instance = segment.instance();
            this.first = segment.firstSequence();
            this.end = segment.endSequence();
        }

        void add(long number, long offset) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, count * 2);
                offsets = Arrays.copyOf(offsets, count * 2);
            }
            numbers[count] = number;
            offsets[count] = (int) offset;
            count++;
            end = Math.max(end, number + 1);
        }

        boolean isOf(Segment segment) {
            return file.equals(segment.file()) && instance == segment.instance();
        }
    }

    /** Numbers of blocks, from the first to before the end. */
    record Range(long first, long end) {}

    private record Place(Path file, long offset) {}

    synchronized boolean knows(Segment segment) {
        Places places = byFirst.get(segment.firstSequence());
        return places != null && places.isOf(segment);
    }

    synchronized void add(Segment segment, long number, long offset) {
        byFirst.computeIfAbsent(segment.firstSequence(), first -> new Places(segment))
                .add(number, offset);
    }

    synchronized void remove(Segment segment) {
        byFirst.remove(segment.firstSequence());
    }

    /** Forgets those that are not among these, and says what was in them. */
    synchronized List<Range> retain(Collection<Segment> present) {
        List<Range> lost = new ArrayList<>();
        byFirst.values().removeIf(places -> {
            boolean gone = present.stream().noneMatch(places::isOf);
            if (gone) {
                lost.add(new Range(places.first, places.end));
            }
            return gone;
        });
        return lost;
    }

    /** Null if the block is not there, or not whole any more. */
    @Nullable
    SegmentRecord read(Disk disk, long number) throws IOException {
        Place place = place(number);
        if (place == null) {
            return null;
        }
        try (SegmentReader reader = SegmentReader.open(disk, place.file())) {
            reader.seek(place.offset());
            SegmentRecord record = reader.next();
            return record == null || record.sequence() != number ? null : record;
        }
    }

    private synchronized @Nullable Place place(long number) {
        Map.Entry<Long, Places> entry = byFirst.floorEntry(number);
        if (entry == null) {
            return null;
        }
        Places places = entry.getValue();
        int index = Arrays.binarySearch(places.numbers, 0, places.count, number);
        return index < 0 ? null : new Place(places.file, places.offsets[index]);
    }
}
