package io.dharma.tracing.errors;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A store that is asked whether a group that is new to this process is new at all. */
final class StoreMemory implements GroupMemory {

    /** A family has a few groups, one for each line of a method at which it fails. */
    private static final int MAX_FAMILY = 100;

    private final ErrorStore store;

    StoreMemory(ErrorStore store) {
        this.store = store;
    }

    @Override
    public CompletionStage<List<ErrorGroup>> relatives(String group, String family, String service) {
        GroupQuery all = GroupQuery.all().limit(MAX_FAMILY);
        return store.groups(all.ids(group))
                .thenCombine(store.groups(all.family(family).service(service)), StoreMemory::joined);
    }

    private static List<ErrorGroup> joined(List<ErrorGroup> group, List<ErrorGroup> family) {
        List<ErrorGroup> all = new ArrayList<>(group);
        all.addAll(family);
        return all;
    }
}
