package io.dharma.tracing.errors;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Somebody who knows groups that this process does not: because it was restarted, or because another instance of the
 * service met them first.
 */
public interface GroupMemory {

    /**
     * What is known of a group that this process met for the first time, and of others of its family. Does not wait; the
     * stage may complete exceptionally, or too late, and then the group counts as new.
     *
     * @param service whose errors are asked about
     * @return the group itself, and those that have its family, if there are any; in any order
     */
    CompletionStage<List<ErrorGroup>> relatives(String group, String family, String service);
}
