package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds out what a directory holds, and where its last record ends. One thread at a time. */
final class SegmentSearch {

    private final Disk disk;
    private final Path directory;

    /** Once found it stays so: an interrupted search begins anew, and finds the end cut off already. */
    private boolean isEndDamaged;

    SegmentSearch(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** A segment's file before it is known where it ends. */
    private record Found(Path file, long first, @Nullable SegmentHeader header, long bytes) {}

    /** Oldest first. Changes nothing if any of them is of a newer format. */
    List<Segment> run() throws IOException {
        TreeMap<Long, Path> files = new TreeMap<>();
        for (Path file : disk.list(directory)) {
            Long first = SegmentFormat.firstSequence(file);
            if (first != null) {
                files.put(first, file);
            }
        }
        List<Found> found = new ArrayList<>();
        for (var file : files.entrySet()) {
            found.add(look(file.getValue(), file.getKey()));
        }
        return segments(found);
    }

    /** How many places were cut off that were no torn end, but damaged. */
    long damagedPlaces() {
        return isEndDamaged ? 1 : 0;
    }

    private Found look(Path file, long first) throws IOException {
        try (FileChannel channel = disk.open(file, StandardOpenOption.READ)) {
            long bytes = channel.size();
            try (SegmentReader reader = SegmentReader.open(disk, file)) {
                return new Found(file, first, reader.header(), bytes);
            }
        }
    }

    private List<Segment> segments(List<Found> found) throws IOException {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            Found one = found.get(i);
            boolean last = i == found.size() - 1;
            long instance = instance(found, i);
            // A damaged header takes the segment's age along: it is as old as the log, since nothing says otherwise.
            long createdAt = one.header() == null ? 0 : one.header().createdAt();
            long end = last ? 0 : found.get(i + 1).first();
            Segment segment = new Segment(one.file(), instance, one.first(), end, one.bytes(), createdAt);
            if (last) {
                segment = cutTornEnd(segment);
            }
            if (segment.records() == 0) {
                disk.delete(segment.file());
            } else {
                segments.add(segment);
            }
        }
        return segments;
    }

    /** Of a segment that does not say it itself, that of its neighbour is the best guess. */
    private static long instance(List<Found> found, int index) {
        for (int distance = 0; distance < found.size(); distance++) {
            for (int i : new int[] {index - distance, index + distance}) {
                SegmentHeader header =
                        i < 0 || i >= found.size() ? null : found.get(i).header();
                if (header != null) {
                    return header.instance();
                }
            }
        }
        return 0;
    }

    private Segment cutTornEnd(Segment segment) throws IOException {
        long end = segment.firstSequence();
        long validEnd;
        try (SegmentReader reader = SegmentReader.open(disk, segment.file(), Long.MAX_VALUE, segment.instance())) {
            for (SegmentRecord record = reader.next(); record != null; record = reader.next()) {
                end = record.sequence() + 1;
            }
            validEnd = Math.min(reader.validEnd(), segment.bytes());
            isEndDamaged |= validEnd < segment.bytes() && !reader.endsTorn();
        }
        if (validEnd < segment.bytes() && end > segment.firstSequence()) {
            try (FileChannel channel = disk.open(segment.file(), StandardOpenOption.WRITE)) {
                channel.truncate(validEnd);
            }
            return segment.grownTo(end, validEnd);
        }
        return segment.grownTo(end, segment.bytes());
    }
}
