package io.dharma.tracing.examples.quickstart;

import io.dharma.tracing.trace.Traced;
import java.io.IOException;

/** Where orders come from. */
interface Orders {

    /**
     * Reads one order.
     *
     * @throws UnknownOrderException if there is none of that number
     */
    @Traced("read-order")
    Order find(String id) throws IOException, UnknownOrderException;
}
