package io.dharma.tracing.errors;

import io.dharma.tracing.spool.Spool;
import java.nio.file.Path;

/** Where errors wait on disk. */
final class ErrorSpool {

    /** What the pipeline's accounts and the spool's folder are called. */
    static final String SIGNAL = "errors";

    private ErrorSpool() {}

    /**
     * A spool for errors, to a folder of their own in the directory, which may be the one that spans are spooled to. See
     * {@link Spool#builder(Path, io.dharma.tracing.spool.RecordCodec)}.
     */
    static Spool.Builder<ErrorRecord> in(Path directory) {
        return Spool.builder(directory, SIGNAL, new ErrorRecordCodec());
    }
}
