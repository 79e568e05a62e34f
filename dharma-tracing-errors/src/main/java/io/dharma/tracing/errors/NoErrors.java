package io.dharma.tracing.errors;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link Errors#none}. */
final class NoErrors implements Errors {

    static final Errors INSTANCE = new NoErrors();

    private final ErrorQueries queries = new ErrorQueries(List.of(), Duration.ZERO);

    private NoErrors() {}

    @Override
    public void capture(@Nullable Throwable throwable) {}

    @Override
    public void capture(@Nullable Throwable throwable, CaptureDetails details) {}

    @Override
    public void breadcrumb(String category, String message) {}

    @Override
    public boolean resolve(String group) {
        return false;
    }

    @Override
    public ErrorQueries queries() {
        return queries;
    }
}
