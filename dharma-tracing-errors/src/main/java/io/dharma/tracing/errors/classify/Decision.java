package io.dharma.tracing.errors.classify;

import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.Severity;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import org.jspecify.annotations.Nullable;

/**
 * Which of the causes says what an error is. Each is asked, from the outermost to the innermost, and the heaviest rule
 * decides, of equal ones the innermost: so no wrapper hides a time-out, but one that says nothing but "input or output"
 * does not hide what its wrapper knows either.
 */
final class Decision {

    private @Nullable KnownError decisive;
    private boolean inDatabase;
    private boolean fatal;

    static Classification of(StackTraceModel trace, ErrorTypes types) {
        Decision decision = new Decision();
        for (int i = 0; i < trace.causes().size(); i++) {
            ThrownError error = trace.causes().get(i);
            decision.consider(KnownErrorTable.find(types.at(i, error), error.message()));
        }
        return decision.classification();
    }

    private void consider(@Nullable KnownError known) {
        if (known == null) {
            return;
        }
        inDatabase |= known.classification().category() == Category.DATABASE;
        fatal |= known.classification().severity() == Severity.FATAL;
        if (decisive == null || !known.isLighterThan(decisive)) {
            decisive = known;
        }
    }

    private Classification classification() {
        Classification said = decisive == null ? Classification.of(Category.OTHER) : decisive.classification();
        return new Classification(fatal ? Severity.FATAL : said.severity(), category(said));
    }

    /** A database that was not reached is the database's trouble, as who can end it will agree. */
    private Category category(Classification said) {
        return inDatabase && said.category() == Category.NETWORK ? Category.DATABASE : said.category();
    }
}
