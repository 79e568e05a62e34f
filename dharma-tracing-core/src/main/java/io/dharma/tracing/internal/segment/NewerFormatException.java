package io.dharma.tracing.internal.segment;

import java.io.IOException;

/** A later release of ours wrote this, and another one of that kind may want to read it: to be left alone. */
public final class NewerFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    NewerFormatException(int version) {
        super("written in format " + version + ", while this release knows " + SegmentFormat.VERSION + " and before");
    }
}
