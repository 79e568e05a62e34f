package io.dharma.tracing.context;

import io.dharma.tracing.spi.ContextHooks;
import io.dharma.tracing.spi.ScopeListener;
import io.opentelemetry.context.Context;
import java.util.Arrays;
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

    private final MdcField[] fields;
    private final @Nullable Object[] noneWritten;
    private final @Nullable Object[] allAbsent;
    private final LongAdder failures = new LongAdder();

    private MdcMirror(List<MdcField> fields) {
        this.fields = fields.toArray(new MdcField[0]);
        this.noneWritten = new Object[this.fields.length];
        Arrays.fill(noneWritten, NOT_WRITTEN);
        this.allAbsent = new Object[this.fields.length];
    }

    /** Shows trace and span id under their usual keys. */
    public static MdcMirror ofTraceAndSpan() {
        return of(List.of(MdcField.traceId(MdcField.TRACE_ID), MdcField.spanId(MdcField.SPAN_ID)));
    }

    /** Shows these fields. */
    public static MdcMirror of(List<MdcField> fields) {
        Set<String> keys = new HashSet<>();
        for (MdcField field : fields) {
            if (!keys.add(field.key())) {
                throw new IllegalArgumentException("two fields share an MDC key: " + fields);
            }
        }
        return new MdcMirror(fields);
    }

    /** How often the MDC or a field's look-up has thrown. */
    public long failures() {
        return failures.sum();
    }

    /**
     * Returns the former values of the fields by position, null if nothing was written. The usual list, of a block
     * that has none around it, is shared: it saves 24 bytes a block.
     */
    @Override
    public @Nullable Object attached(Context from, Context to) {
        @Nullable Object[] former = noneWritten;
        for (int i = 0; i < fields.length; i++) {
            Object before = show(fields[i], from, to);
            if (i == 0 && before == null) {
                former = allAbsent;
            }
            if (former[i] != before) {
                former = former == noneWritten || former == allAbsent ? former.clone() : former;
                former[i] = before;
            }
        }
        return former == noneWritten ? null : former;
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
