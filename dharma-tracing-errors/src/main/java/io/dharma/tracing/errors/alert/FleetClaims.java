package io.dharma.tracing.errors.alert;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Decides which one of a service's processes says what all of them see. Kept where all of them reach it, such as in Redis.
 */
@FunctionalInterface
public interface FleetClaims {

    /**
     * Asks to be the one. Called by {@link ErrorAlerts} on a thread that serves all errors, so it must not wait.
     *
     * @param key what is to be said; the same in all processes of the service. Text of the application may be in it, such
     *     as the name of an operation
     * @param cooldown for how long nobody else may say it; a second to a year
     * @return completes with false if somebody else has it. Whoever cannot tell completes it exceptionally, or with true:
     *     two alerts for one trouble are better than none.
     */
    CompletionStage<Boolean> claim(String key, Duration cooldown);
}
