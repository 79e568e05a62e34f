package io.dharma.tracing.errors;

import io.dharma.tracing.spi.RecentlyUsed;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which groups the errors of a {@link CaptureSite} turned out to be of, for saying which those are likely to be of that
 * nobody looked at: in the same proportions. Exact where all that is thrown there is one error, which is the rule in a storm.
 *
 * <p>One thread at a time. At most 1,024 sites with 32 groups each.
 */
final class SiteShares {

    private static final int MAX_SITES = 1_024;
    private static final int MAX_GROUPS = 32;

    /** What was seen long ago says less. */
    private static final double MAX_WEIGHT = 1_000;

    private final Map<CaptureSite, Map<String, Share>> sites = new RecentlyUsed<>(MAX_SITES);

    private static final class Share {
        private double weight;
        private double credit;
    }

    /** Whether anything is known of a site. */
    boolean knows(CaptureSite site) {
        return sites.containsKey(site);
    }

    /** An error of this site was of this group. */
    void saw(CaptureSite site, String group) {
        Map<String, Share> shares = sites.computeIfAbsent(site, unused -> new LinkedHashMap<>());
        Share share = shares.get(group);
        if (share == null) {
            if (shares.size() >= MAX_GROUPS) {
                return;
            }
            share = new Share();
            shares.put(group, share);
        }
        share.weight++;
        if (share.weight > MAX_WEIGHT) {
            shares.values().forEach(each -> each.weight /= 2);
        }
    }

    /**
     * Divides errors of this site among its groups. What is left of one division goes into the next, so that over time
     * each group gets its share to within one.
     *
     * @return how many each group gets, together exactly so many; empty if nothing is known of the site
     */
    Map<String, Long> divide(CaptureSite site, long occurrences) {
        Map<String, Share> shares = sites.get(site);
        if (shares == null) {
            return Map.of();
        }
        if (shares.size() == 1) {
            return Map.of(shares.keySet().iterator().next(), occurrences);
        }
        double total =
                shares.values().stream().mapToDouble(share -> share.weight).sum();
        Map<String, Long> divided = new HashMap<>();
        long given = 0;
        for (Map.Entry<String, Share> entry : shares.entrySet()) {
            Share share = entry.getValue();
            share.credit += occurrences * share.weight / total;
            long whole = Math.min(occurrences - given, Math.max(0, (long) share.credit));
            share.credit -= whole;
            given += whole;
            divided.put(entry.getKey(), whole);
        }
        for (; given < occurrences; given++) {
            giveOne(shares, divided);
        }
        divided.values().removeIf(count -> count == 0);
        return divided;
    }

    private static void giveOne(Map<String, Share> shares, Map<String, Long> divided) {
        Map.Entry<String, Share> most = null;
        for (Map.Entry<String, Share> entry : shares.entrySet()) {
            if (most == null || entry.getValue().credit > most.getValue().credit) {
                most = entry;
            }
        }
        if (most != null) {
            most.getValue().credit--;
            divided.merge(most.getKey(), 1L, Long::sum);
        }
    }
}
