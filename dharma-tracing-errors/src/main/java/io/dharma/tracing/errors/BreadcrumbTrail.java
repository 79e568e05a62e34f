package io.dharma.tracing.errors;

import io.dharma.tracing.spi.RecentlyUsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The last 50 breadcrumbs of each trace, of the 256 traces that left some last; outside of traces, of each thread.
 *
 * <p>Any thread. Leaving one or copying them takes some 100 ns under a lock that nobody holds for longer. At most
 * 256 x 50 with texts of 250 characters together, which is some 4 MB if all are that long.
 */
final class BreadcrumbTrail {

    static final int MAX_BREADCRUMBS = 50;
    private static final int MAX_TRAILS = 256;

    private final Map<Object, Ring> trails = new RecentlyUsed<>(MAX_TRAILS);

    /** @param owner a trace's id, or a thread's */
    synchronized void add(Object owner, Breadcrumb breadcrumb) {
        trails.computeIfAbsent(owner, unused -> new Ring()).add(breadcrumb);
    }

    /** What was left, the oldest first. */
    synchronized List<Breadcrumb> of(Object owner) {
        Ring ring = trails.isEmpty() ? null : trails.get(owner);
        return ring == null ? List.of() : ring.list();
    }

    private static final class Ring {

        private final List<Breadcrumb> breadcrumbs = new ArrayList<>(4);
        private int oldest;

        void add(Breadcrumb breadcrumb) {
            if (breadcrumbs.size() < MAX_BREADCRUMBS) {
                breadcrumbs.add(breadcrumb);
            } else {
                breadcrumbs.set(oldest, breadcrumb);
                oldest = (oldest + 1) % MAX_BREADCRUMBS;
            }
        }

        List<Breadcrumb> list() {
            List<Breadcrumb> inOrder = new ArrayList<>(breadcrumbs.size());
            inOrder.addAll(breadcrumbs.subList(oldest, breadcrumbs.size()));
            inOrder.addAll(breadcrumbs.subList(0, oldest));
            return inOrder;
        }
    }
}
