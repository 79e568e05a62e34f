package io.dharma.tracing.errors.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.GroupState;
import io.dharma.tracing.errors.SampleTrace;
import io.dharma.tracing.errors.Severity;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Groups as bytes: a version, then all that a group has but its id, by which it is kept. Texts have their length in two bytes
 * before them; what is longer than anybody reads is cut. What is read comes from who knows where, and is a group or nothing.
 */
final class GroupCodec {

    /** More than any group takes. */
    static final int MAX_BYTES = 32 << 10;

    private static final int VERSION = 1;
    private static final int NOTHING = 0xffff;

    private static final int MAX_TITLE = 1_024;
    private static final int MAX_NAME = 512;
    private static final int MAX_ID = 128;

    private GroupCodec() {}

    /** Whether a later version of ours may have written it, so that it is neither read nor replaced. */
    static boolean isOfLaterVersion(byte[] bytes) {
        return bytes.length > 0 && Byte.toUnsignedInt(bytes[0]) > VERSION;
    }

    // ---- writing

    static byte[] encode(ErrorGroup group) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try {
            write(group, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static void write(ErrorGroup group, DataOutputStream out) throws IOException {
        out.writeByte(VERSION);
        write(group.family(), MAX_NAME, out);
        write(group.predecessor(), MAX_NAME, out);
        write(group.type(), MAX_NAME, out);
        write(group.culprit(), MAX_NAME, out);
        write(group.title(), MAX_TITLE, out);
        write(group.severity().name(), MAX_NAME, out);
        write(group.category().name(), MAX_NAME, out);
        write(group.state().name(), MAX_NAME, out);
        write(group.stateSince(), out);
        write(group.firstSeen(), out);
        write(group.lastSeen(), out);
        out.writeLong(group.count());
        out.writeLong(group.affectedUsers());
        out.writeByte(group.releases().size());
        for (String release : group.releases()) {
            write(release, MAX_ID, out);
        }
        out.writeByte(group.samples().size());
        for (SampleTrace sample : group.samples()) {
            write(sample.time(), out);
            write(sample.traceId(), MAX_ID, out);
            write(sample.correlationId(), MAX_ID, out);
        }
    }

    private static void write(@Nullable String text, int max, DataOutputStream out) throws IOException {
        if (text == null) {
            out.writeShort(NOTHING);
            return;
        }
        byte[] bytes = cut(text, max).getBytes(UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    /** Not in the middle of a character. */
    private static String cut(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
    }

    private static void write(Instant time, DataOutputStream out) throws IOException {
        out.writeLong(time.getEpochSecond());
        out.writeInt(time.getNano());
    }

    // ---- reading

    /** Null if that is no group of a version that is known. */
    static @Nullable ErrorGroup decode(String id, byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            return null;
        }
        try {
            return read(id, new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException | RuntimeException notOurs) {
            return null;
        }
    }

    private static ErrorGroup read(String id, DataInputStream in) throws IOException {
        if (in.readUnsignedByte() != VERSION) {
            throw new IOException("another version");
        }
        return new ErrorGroup(
                id,
                readText(in),
                readTextOrNull(in),
                readText(in),
                readTextOrNull(in),
                readText(in),
                Severity.valueOf(readText(in)),
                Category.valueOf(readText(in)),
                GroupState.valueOf(readText(in)),
                readTime(in),
                readTime(in),
                readTime(in),
                in.readLong(),
                in.readLong(),
                readReleases(in),
                readSamples(in));
    }

    private static List<String> readReleases(DataInputStream in) throws IOException {
        int size = in.readUnsignedByte();
        List<String> releases = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            releases.add(readText(in));
        }
        return releases;
    }

    private static List<SampleTrace> readSamples(DataInputStream in) throws IOException {
        int size = in.readUnsignedByte();
        List<SampleTrace> samples = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            samples.add(new SampleTrace(readTime(in), readTextOrNull(in), readTextOrNull(in)));
        }
        return samples;
    }

    private static String readText(DataInputStream in) throws IOException {
        return Objects.requireNonNull(readTextOrNull(in));
    }

    private static @Nullable String readTextOrNull(DataInputStream in) throws IOException {
        int length = in.readUnsignedShort();
        if (length == NOTHING) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return new String(bytes, UTF_8);
    }

    private static Instant readTime(DataInputStream in) throws IOException {
        return Instant.ofEpochSecond(in.readLong(), in.readInt());
    }
}
