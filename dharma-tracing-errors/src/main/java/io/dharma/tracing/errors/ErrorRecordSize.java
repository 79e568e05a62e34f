package io.dharma.tracing.errors;

/** How much heap records hold, by estimate. */
final class ErrorRecordSize {

    private ErrorRecordSize() {}

    static int of(ErrorRecord record) {
        return record instanceof ErrorEvent event
                ? 1024
                        + event.trace().causes().stream()
                                .mapToInt(error -> 128 + error.frames().size() * 128)
                                .sum()
                : 1024;
    }
}
