package io.dharma.tracing.context;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** The kinds of thread that this JDK has; virtual ones are reached by reflection, since the tests compile for 17. */
enum ThreadKind {
    PLATFORM {
        @Override
        ThreadFactory factory() {
            ThreadFactory threads = Executors.defaultThreadFactory();
            return task -> {
                Thread thread = threads.newThread(task);
                thread.setDaemon(true);
                return thread;
            };
        }
    },
    VIRTUAL {
        @Override
        ThreadFactory factory() {
            try {
                Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
                return (ThreadFactory) Class.forName("java.lang.Thread$Builder")
                        .getMethod("factory")
                        .invoke(builder);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(e.getMessage(), e);
            }
        }
    };

    abstract ThreadFactory factory();

    static List<ThreadKind> available() {
        List<ThreadKind> kinds = new ArrayList<>(List.of(PLATFORM));
        if (Runtime.version().feature() >= 21) {
            kinds.add(VIRTUAL);
        }
        return kinds;
    }
}
