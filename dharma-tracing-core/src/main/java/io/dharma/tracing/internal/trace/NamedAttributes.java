package io.dharma.tracing.internal.trace;

import java.util.function.BiConsumer;

/** Attributes that can be read without making a key object for each. */
public interface NamedAttributes {

    /** Every name once, with its value. */
    void forEachNamed(BiConsumer<? super String, ? super Object> consumer);

    /** Roughly what they hold on the heap. */
    long estimatedBytes();
}
