package io.dharma.tracing.errors;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Where errors are kept, and asked for again: in this process, in Elasticsearch, or in a place of your own.
 *
 * <p>Questions may come from any thread and at any time, also while the store cannot be reached and after it was closed. No
 * method waits for anything: what takes time goes on behind the stage that it returns, which completes exceptionally if
 * the store cannot answer. What a store finds in its place of keeping and does not understand, such as a record of a later
 * version, it leaves out.
 */
public interface ErrorStore {

    /** A short lower-case name, for health and log. */
    String name();

    /** The groups that are wanted, with their counts in the time asked about; those seen last first. */
    CompletionStage<List<ErrorGroup>> groups(GroupQuery query);

    /** Events that are kept of a group, or of all; the newest first. Of what happened often not every one is kept. */
    CompletionStage<List<ErrorEvent>> events(EventQuery query);

    /** How often errors happened, by minute; minutes without are left out. In order of time. */
    CompletionStage<List<MinuteRate>> rates(RateQuery query);
}
