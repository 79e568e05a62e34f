package io.dharma.tracing.internal.otlp;

/**
 * Says that bytes are not what they should be. The message names what and where, and nothing of the content.
 *
 * <p>Carries no stack: it is only ever the way out, and a damaged file makes many of them.
 */
public final class MalformedOtlpException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedOtlpException(String what) {
        super(what, null, false, false);
    }
}
