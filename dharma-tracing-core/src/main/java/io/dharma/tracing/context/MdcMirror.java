package io.dharma.tracing.context;

import io.dharma.tracing.spi.ContextHooks;
import io.dharma.tracing.spi.ScopeListener;
import io.opentelemetry.context.Context;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Shows the current context in SLF4J's MDC, so that the application's log lines carry trace and span id.
 *
 * <p>Register it with {@link ContextHooks#register}. When a context becomes current, those fields are written whose
 * value differs from what the MDC holds: within one trace that is the span id alone. When its scope closes, exactly
 * those get back the value they had, or are removed if they had none. So a value that the application itself keeps
 * under one of our keys comes back, and it is left alone by contexts that have no value for the field.
 *
 * <p>We compare with the MDC itself and not with the context before, because the application may have cleared the
 * MDC, and because that context may have become current before we listened.
 *
 * <p>The fields must have different keys. Threading: any thread. An MDC that throws is contained and counted.
 */
public final class MdcMirror implements ScopeListener {

    /** Stands in a list of former values for "not written"; compared by identity. */
    private static final Object NOT_WRITTEN = new Object();

    /** As many bits as a number has. */
    private static final int MOST_FIELDS = 31;

    /** For more fields, sharing would take more lists than it saves. */
    private static final int MOST_FIELDS_SHARED = 4;

    private final MdcField[] fields;

    /** For every set of fields, as a number with a bit for each, the list in which those were absent before. */
    private final @Nullable Object[][] absent;

    private final LongAdder failures = new LongAdder();

    private MdcMirror(List<MdcField> fields) {
        this.fields = fields.toArray(new MdcField[0]);
        this.absent = new Object[fields.size() > MOST_FIELDS_SHARED ? 0 : 1 << fields.size()][];
        for (int written = 0; written < absent.length; written++) {
            absent[written] = newList(written);
        }
    }

    private @Nullable Object[] newList(int written) {
        @Nullable Object[] former = new Object[fields.length];
        for (int i = 0; i < former.length; i++) {
            former[i] = (written & 1 << i) == 0 ? NOT_WRITTEN : null;
        }
        return former;
    }

    /** Shows trace and span id under their usual keys. */
    public static MdcMirror ofTraceAndSpan() {
        return of(List.of(MdcField.traceId(MdcField.TRACE_ID), MdcField.spanId(MdcField.SPAN_ID)));
    }

    /** Shows trace, span, correlation and request id under their usual keys. */
    public static MdcMirror ofAllIds() {
        return of(List.of(
                MdcField.traceId(MdcField.TRACE_ID),
                MdcField.spanId(MdcField.SPAN_ID),
                MdcField.correlationId(MdcField.CORRELATION_ID),
                MdcField.requestId(MdcField.REQUEST_ID)));
    }

    /** Shows these fields, at most 31 of them. */
    public static MdcMirror of(List<MdcField> fields) {
        if (fields.size() > MOST_FIELDS) {
            throw new IllegalArgumentException(fields.size() + " fields, must be at most " + MOST_FIELDS);
        }
        Set<String> keys = new HashSet<>();
        for (MdcField field : fields) {
            if (!keys.add(field.key())) {
                throw new IllegalArgumentException("two fields share the MDC key '" + field.key() + "'");
            }
        }
        return new MdcMirror(fields);
    }

    /** Another one with the same fields: one can be registered once only. */
    public MdcMirror another() {
        return new MdcMirror(List.of(fields));
    }

    /** How often the MDC or a field's look-up has thrown. */
    public long failures() {
        return failures.sum();
    }

    /**
     * Returns the former values of the fields by position, null if nothing was written. Where there were none, as at the
     * outermost of everything, the list is shared: it saves some 32 bytes a block.
     */
    @Override
    public @Nullable Object attached(Context from, Context to) {
        @Nullable Object[] former = null;
        int written = 0;
        for (int i = 0; i < fields.length; i++) {
            Object before = show(fields[i], from, to);
            if (before != NOT_WRITTEN) {
                written |= 1 << i;
            }
            if (before != NOT_WRITTEN && before != null) {
                former = former == null ? newList(0) : former;
                former[i] = before;
            }
        }
        return former == null ? absentBefore(written) : withAbsent(former, written);
    }

    private @Nullable Object absentBefore(int written) {
        if (written == 0) {
            return null;
        }
        return written < absent.length ? absent[written] : newList(written);
    }

    /** Adds to the former values those of the fields that were written, and had none. */
    private static @Nullable Object[] withAbsent(@Nullable Object[] former, int written) {
        for (int i = 0; i < former.length; i++) {
            if (former[i] == NOT_WRITTEN && (written & 1 << i) != 0) {
                former[i] = null;
            }
        }
        return former;
    }

    /** Returns the value that the MDC had before, {@link #NOT_WRITTEN} if it still has it. */
    private @Nullable Object show(MdcField field, Context from, Context to) {
        try {
            String wanted = field.value().apply(to);
            String found = MDC.get(field.key());
            if (wanted == null ? !isOurs(found, field, from) : wanted.equals(found)) {
                return NOT_WRITTEN;
            }
            write(field.key(), wanted);
            return found;
        } catch (Exception | LinkageError | AssertionError e) {
            failures.increment();
            return NOT_WRITTEN;
        }
    }

    private static boolean isOurs(@Nullable String found, MdcField field, Context from) {
        return found != null && found.equals(field.value().apply(from));
    }

    @Override
    public void closed(Context from, Context to, @Nullable Object remembered) {
        if (remembered == null) {
            return;
        }
        @Nullable Object[] former = (@Nullable Object[]) remembered;
        for (int i = 0; i < former.length; i++) {
            if (former[i] != NOT_WRITTEN) {
                restore(fields[i].key(), (String) former[i]);
            }
        }
    }

    private void restore(String key, @Nullable String value) {
        try {
            write(key, value);
        } catch (Exception | LinkageError | AssertionError e) {
            failures.increment();
        }
    }

    private static void write(String key, @Nullable String value) {
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
    }
}
