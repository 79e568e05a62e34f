package io.dharma.tracing.pipeline;

/** What no decent sink does. */
final class ScriptedSinks {

    private ScriptedSinks() {}

    /** Throws anything, declared or not. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the point is to fool the compiler
    static <E extends Throwable> RuntimeException sneaky(Throwable throwable) throws E {
        throw (E) throwable;
    }

    /** A null where none is allowed. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // the point is to break the contract
    static <T> T nothing() {
        return null;
    }
}
