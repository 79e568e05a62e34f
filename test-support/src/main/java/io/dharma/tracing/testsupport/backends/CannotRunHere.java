package io.dharma.tracing.testsupport.backends;

import java.io.Serial;

/** This machine lacks what a server needs, and that is no failure. */
final class CannotRunHere extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    CannotRunHere(String reason) {
        super(reason);
    }

    /** Never null, unlike what it overrides. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
