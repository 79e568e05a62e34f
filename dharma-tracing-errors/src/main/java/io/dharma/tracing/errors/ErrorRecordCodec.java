package io.dharma.tracing.errors;

import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import io.dharma.tracing.errors.fingerprint.TraceFrame;
import io.dharma.tracing.spool.RecordCodec;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How errors are written down while they wait for where they are kept: the version, the kind, and what the record has, one
 * after the other. Each text is written once, so that a stack trace takes some 20 bytes a frame.
 *
 * <p>An event comes back as it was, unless it is more than {@value #MAX_BYTES} bytes: then it comes back
 * {@linkplain ErrorEventLimit with less}. Whatever the bytes are, reading takes no more memory than a few dozen times their
 * number.
 */
final class ErrorRecordCodec implements RecordCodec<ErrorRecord> {

    static final int MAX_BYTES = 1 << 20;

    private static final int VERSION = 1;

    private static final int EVENT = 1;
    private static final int COUNT = 2;
    private static final int GROUP = 3;

    /** What is suppressed in what is suppressed in ...: more than a reader of throwables ever finds. */
    private static final int MAX_DEPTH = 64;

    private static final int MAX_FRAMES = 256;
    private static final int MAX_THROWABLES = 64;

    // By their place in these lists, which may only be added to.
    private static final List<Severity> SEVERITIES =
            List.of(Severity.ERROR, Severity.INFO, Severity.WARN, Severity.FATAL);
    private static final List<Mechanism> MECHANISMS =
            List.of(Mechanism.CAPTURE, Mechanism.BLOCK, Mechanism.UNCAUGHT, Mechanism.LOG);
    private static final List<GroupState> STATES = List.of(
            GroupState.ONGOING, GroupState.NEW, GroupState.ESCALATING, GroupState.RESOLVED, GroupState.REGRESSED);
    private static final List<Category> CATEGORIES = List.of(
            Category.OTHER,
            Category.NETWORK,
            Category.DATABASE,
            Category.TIMEOUT,
            Category.VALIDATION,
            Category.SECURITY,
            Category.RESOURCE_EXHAUSTION,
            Category.CONFIGURATION,
            Category.PROGRAMMING,
            Category.EXTERNAL_SERVICE,
            Category.CANCELLATION,
            Category.SERIALIZATION,
            Category.IO,
            Category.CONCURRENCY);

    @Override
    public void encode(ErrorRecord record, OutputStream out) throws IOException {
        RecordWriter writer = written(record);
        for (int step = 1; writer.size() > MAX_BYTES; step++) {
            writer = written(ErrorEventLimit.lessOf(record, step));
        }
        writer.writeTo(out);
    }

    private static RecordWriter written(ErrorRecord record) {
        RecordWriter out = new RecordWriter();
        out.writeByte(VERSION);
        if (record instanceof ErrorEvent event) {
            out.writeByte(EVENT);
            writeEvent(out, event);
        } else if (record instanceof ErrorCount count) {
            out.writeByte(COUNT);
            writeCount(out, count);
        } else {
            out.writeByte(GROUP);
            writeGroup(out, (GroupChange) record);
        }
        return out;
    }

    @Override
    public ErrorRecord decode(byte[] bytes) throws IOException {
        RecordReader in = new RecordReader(bytes);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException("has the version " + version + ", which is not known here");
        }
        int kind = in.readByte();
        try {
            return switch (kind) {
                case EVENT -> readEvent(in);
                case COUNT -> readCount(in);
                case GROUP -> readGroup(in);
                default -> throw new IOException("is of the kind " + kind + ", which is not known here");
            };
        } catch (IllegalArgumentException noRecord) {
            throw new IOException("is no error", noRecord);
        }
    }

    @Override
    public int heapSize(ErrorRecord record) {
        return ErrorRecordSize.of(record);
    }

    // ---- events

    private static void writeEvent(RecordWriter out, ErrorEvent event) {
        out.writeText(event.id());
        out.writeTime(event.time());
        writeService(out, event.service());
        writeFingerprint(out, event.fingerprint());
        writeTrace(out, event.trace(), 0);
        out.writeByte(SEVERITIES.indexOf(event.severity()));
        out.writeByte(CATEGORIES.indexOf(event.category()));
        out.writeByte(MECHANISMS.indexOf(event.mechanism()));
        out.writeByte(event.handled() ? 1 : 0);
        out.writeText(event.operation().orElse(null));
        out.writeText(event.traceId().orElse(null));
        out.writeText(event.spanId().orElse(null));
        out.writeText(event.correlationId().orElse(null));
        out.writeText(event.requestId().orElse(null));
        out.writeText(event.conversationId().orElse(null));
        out.writeText(event.userKey().orElse(null));
        out.writeText(event.thread().orElse(null));
        out.writeText(event.logger().orElse(null));
        out.writeText(event.logMessage().orElse(null));
        out.writeNumber(event.labels().size());
        event.labels().forEach((name, value) -> {
            out.writeText(name);
            out.writeText(value);
        });
        out.writeNumber(event.breadcrumbs().size());
        for (Breadcrumb breadcrumb : event.breadcrumbs()) {
            out.writeTime(breadcrumb.time());
            out.writeText(breadcrumb.category());
            out.writeText(breadcrumb.message());
        }
    }

    private static ErrorEvent readEvent(RecordReader in) throws IOException {
        return ErrorEvent.builder(in.readText(), in.readTime(), readService(in), readFingerprint(in), readTrace(in, 0))
                .severity(at(in.readByte(), SEVERITIES))
                .category(at(in.readByte(), CATEGORIES))
                .mechanism(at(in.readByte(), MECHANISMS))
                .handled(in.readByte() != 0)
                .operation(in.readTextOrNull())
                .span(in.readTextOrNull(), in.readTextOrNull())
                .correlation(in.readTextOrNull(), in.readTextOrNull(), in.readTextOrNull())
                .userKey(in.readTextOrNull())
                .thread(in.readTextOrNull())
                .logged(in.readTextOrNull(), in.readTextOrNull())
                .labels(readLabels(in))
                .breadcrumbs(readBreadcrumbs(in))
                .build();
    }

    private static Map<String, String> readLabels(RecordReader in) throws IOException {
        int count = in.readCount(Integer.MAX_VALUE);
        Map<String, String> labels = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            labels.put(in.readText(), in.readText());
        }
        return labels;
    }

    private static List<Breadcrumb> readBreadcrumbs(RecordReader in) throws IOException {
        int count = in.readCount(Integer.MAX_VALUE);
        List<Breadcrumb> breadcrumbs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            breadcrumbs.add(new Breadcrumb(in.readTime(), in.readText(), in.readText()));
        }
        return breadcrumbs;
    }

    private static void writeService(RecordWriter out, ServiceIdentity service) {
        out.writeText(service.name());
        out.writeText(service.version());
        out.writeText(service.environment());
        out.writeText(service.instance());
        out.writeText(service.host());
    }

    private static ServiceIdentity readService(RecordReader in) throws IOException {
        return new ServiceIdentity(
                in.readText(), in.readTextOrNull(), in.readTextOrNull(), in.readText(), in.readTextOrNull());
    }

    private static void writeFingerprint(RecordWriter out, Fingerprint fingerprint) {
        out.writeText(fingerprint.group());
        out.writeText(fingerprint.family());
        out.writeText(fingerprint.exact());
        Explanation explanation = fingerprint.explanation();
        out.writeText(explanation.type());
        TraceFrame frame = explanation.frame();
        out.writeByte(frame == null ? 0 : 1);
        if (frame != null) {
            writeFrame(out, frame);
        }
        out.writeText(explanation.line());
        out.writeText(explanation.message());
        out.writeNumber(explanation.reasons().size());
        explanation.reasons().forEach(out::writeText);
    }

    private static Fingerprint readFingerprint(RecordReader in) throws IOException {
        return new Fingerprint(in.readText(), in.readText(), in.readText(), readExplanation(in));
    }

    private static Explanation readExplanation(RecordReader in) throws IOException {
        String type = in.readText();
        TraceFrame frame = in.readByte() == 0 ? null : readFrame(in);
        return new Explanation(type, frame, in.readText(), in.readText(), readTexts(in));
    }

    private static List<String> readTexts(RecordReader in) throws IOException {
        int count = in.readCount(Integer.MAX_VALUE);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(in.readText());
        }
        return texts;
    }

    // ---- stack traces

    private static void writeTrace(RecordWriter out, StackTraceModel trace, int depth) {
        out.writeNumber(trace.causes().size());
        for (ThrownError error : trace.causes()) {
            out.writeText(error.type());
            out.writeText(error.message());
            out.writeNumber(error.frames().size());
            error.frames().forEach(frame -> writeFrame(out, frame));
            List<StackTraceModel> suppressed = depth < MAX_DEPTH ? error.suppressed() : List.of();
            out.writeNumber(suppressed.size());
            suppressed.forEach(model -> writeTrace(out, model, depth + 1));
        }
    }

    private static StackTraceModel readTrace(RecordReader in, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new IOException("has too many errors within errors");
        }
        int count = in.readCount(MAX_THROWABLES);
        List<ThrownError> causes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            causes.add(new ThrownError(in.readText(), in.readTextOrNull(), readFrames(in), readSuppressed(in, depth)));
        }
        return new StackTraceModel(causes);
    }

    private static List<TraceFrame> readFrames(RecordReader in) throws IOException {
        int count = in.readCount(MAX_FRAMES);
        List<TraceFrame> frames = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            frames.add(readFrame(in));
        }
        return frames;
    }

    private static List<StackTraceModel> readSuppressed(RecordReader in, int depth) throws IOException {
        int count = in.readCount(MAX_THROWABLES);
        List<StackTraceModel> suppressed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            suppressed.add(readTrace(in, depth + 1));
        }
        return suppressed;
    }

    private static void writeFrame(RecordWriter out, TraceFrame frame) {
        out.writeText(frame.className());
        out.writeText(frame.method());
        out.writeText(frame.file());
        out.writeNumber(frame.line());
    }

    /** With the names that the JVM has for the same code, if it runs here, so that a thousand traces have them once. */
    private static TraceFrame readFrame(RecordReader in) throws IOException {
        String className = in.readText().intern();
        String method = in.readText().intern();
        String file = in.readTextOrNull();
        return new TraceFrame(className, method, file == null ? null : file.intern(), (int) in.readNumber());
    }

    // ---- counts

    private static void writeCount(RecordWriter out, ErrorCount count) {
        out.writeText(count.id());
        out.writeText(count.group());
        out.writeText(count.family());
        writeService(out, count.service());
        out.writeText(count.operation());
        out.writeNumber(count.epochMinute());
        out.writeNumber(count.count());
        out.writeNumber(count.total());
    }

    private static ErrorCount readCount(RecordReader in) throws IOException {
        return new ErrorCount(
                in.readText(),
                in.readText(),
                in.readText(),
                readService(in),
                in.readTextOrNull(),
                in.readNumber(),
                in.readNumber(),
                in.readNumber());
    }

    // ---- groups

    private static void writeGroup(RecordWriter out, GroupChange change) {
        writeService(out, change.service());
        ErrorGroup group = change.known();
        out.writeText(group.id());
        out.writeText(group.family());
        out.writeText(group.predecessor());
        out.writeText(group.type());
        out.writeText(group.culprit());
        out.writeText(group.title());
        out.writeByte(SEVERITIES.indexOf(group.severity()));
        out.writeByte(CATEGORIES.indexOf(group.category()));
        out.writeByte(STATES.indexOf(group.state()));
        out.writeTime(group.stateSince());
        out.writeTime(group.firstSeen());
        out.writeTime(group.lastSeen());
        out.writeNumber(group.count());
        out.writeNumber(group.affectedUsers());
        out.writeNumber(group.releases().size());
        group.releases().forEach(out::writeText);
        out.writeNumber(group.samples().size());
        for (SampleTrace sample : group.samples()) {
            out.writeTime(sample.time());
            out.writeText(sample.traceId());
            out.writeText(sample.correlationId());
        }
    }

    private static GroupChange readGroup(RecordReader in) throws IOException {
        return new GroupChange(
                readService(in),
                new ErrorGroup(
                        in.readText(),
                        in.readText(),
                        in.readTextOrNull(),
                        in.readText(),
                        in.readTextOrNull(),
                        in.readText(),
                        at(in.readByte(), SEVERITIES),
                        at(in.readByte(), CATEGORIES),
                        at(in.readByte(), STATES),
                        in.readTime(),
                        in.readTime(),
                        in.readTime(),
                        in.readNumber(),
                        in.readNumber(),
                        readTexts(in),
                        readSamples(in)));
    }

    private static List<SampleTrace> readSamples(RecordReader in) throws IOException {
        int count = in.readCount(Integer.MAX_VALUE);
        List<SampleTrace> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(new SampleTrace(in.readTime(), in.readTextOrNull(), in.readTextOrNull()));
        }
        return samples;
    }

    /** What a later version may have added is taken for the first, which says least. */
    private static <E> E at(int place, List<E> known) {
        return known.get(place < known.size() ? place : 0);
    }
}
