package io.dharma.tracing.errors.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorTypesTest {

    private interface Marked {}

    private interface MarkedMore extends Marked {}

    private static final class Own extends IOException implements MarkedMore {}

    private static final class Hostile extends SQLException {
        @Override
        public synchronized Throwable getCause() {
            throw new StackOverflowError();
        }

        @Override
        public String getSQLState() {
            throw new OutOfMemoryError("no state");
        }
    }

    private static final class Endless extends RuntimeException {
        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }

    @Test
    void interfaces_areAmongTheNames() {
        ErrorTypes types = ErrorTypes.of(new RuntimeException(new Own()));

        assertThat(types.include(Marked.class.getName())).isTrue();
        assertThat(types.include(MarkedMore.class.getName())).isTrue();
        assertThat(types.include(SQLException.class.getName())).isFalse();
        assertThat(types.causes().get(1).name()).isEqualTo(Own.class.getName());
    }

    @Test
    void sqlState_isReadFromWhatIsADatabasesException() {
        assertThat(ErrorTypes.of(new SQLException("x", "23505")).causes())
                .extracting(ErrorType::sqlState)
                .containsExactly("23505");
        assertThat(ErrorTypes.of(new SQLException("x", "2".repeat(1000))).causes())
                .extracting(ErrorType::sqlState)
                .containsOnlyNulls();
        assertThat(ErrorTypes.of(new IOException()).causes())
                .extracting(ErrorType::sqlState)
                .containsOnlyNulls();
    }

    @Test
    void hostileThrowable_isReadAsFarAsItGoes() {
        assertThat(ErrorTypes.of(new Hostile()).causes()).singleElement().satisfies(type -> {
            assertThat(type.is("java.sql.SQLException")).isTrue();
            assertThat(type.sqlState()).isNull();
        });
    }

    @Test
    void endlessAndCircularCauses_end() {
        IOException one = new IOException("one");
        one.initCause(new IOException("other", one));

        assertThat(ErrorTypes.of(new Endless()).causes()).hasSize(64);
        assertThat(ErrorTypes.of(one).causes()).hasSize(2);
    }

    @Test
    void ofATrace_areItsNamesAlone() {
        ErrorTypes types = ErrorTypes.of(StackTraceModel.parse("a.AException: x\nCaused by: b.BException"));

        assertThat(types.causes())
                .containsExactly(
                        new ErrorType(List.of("a.AException"), null), new ErrorType(List.of("b.BException"), null));
    }

    @Test
    void tooMany_areCutAndNoneIsAnError() {
        assertThat(new ErrorType(Collections.nCopies(1000, "a.A"), null).names())
                .hasSize(64);
        assertThat(new ErrorTypes(Collections.nCopies(1000, ErrorType.named("a.A"))).causes())
                .hasSize(64);
        assertThatThrownBy(() -> new ErrorType(List.of(), null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ErrorTypes(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
