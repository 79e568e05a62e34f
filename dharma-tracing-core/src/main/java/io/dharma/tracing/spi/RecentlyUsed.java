package io.dharma.tracing.spi;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets what was not used for longest. One thread at a time. */
public final class RecentlyUsed<K, V> extends LinkedHashMap<K, V> {

    private static final long serialVersionUID = 1;

    private final int most;

    /** @param most how many entries it has at most */
    public RecentlyUsed(int most) {
        super(16, 0.75f, true);
        this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
    }
}
