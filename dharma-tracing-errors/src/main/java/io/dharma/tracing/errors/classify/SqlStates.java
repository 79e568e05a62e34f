package io.dharma.tracing.errors.classify;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads the one thing that a database says about a failure in a form that all databases share. */
final class SqlStates {

    /** Five by the standard. */
    private static final int MAX_LENGTH = 16;

    private SqlStates() {}

    /** Null for what is no exception of a database, has no state, or fails when it is asked. */
    static @Nullable String of(Throwable throwable) {
        try {
            return Jdbc.stateOf(throwable);
        } catch (Throwable absentOrHostile) {
            // A runtime image without the module java.sql, or a driver's own getSQLState().
            return null;
        }
    }

    /** A class of its own, since it cannot be linked where java.sql is not. */
    private static final class Jdbc {

        private Jdbc() {}

        static @Nullable String stateOf(Throwable throwable) {
            if (!(throwable instanceof SQLException exception)) {
                return null;
            }
            String state = exception.getSQLState();
            return state == null || state.length() > MAX_LENGTH ? null : state;
        }
    }
}
