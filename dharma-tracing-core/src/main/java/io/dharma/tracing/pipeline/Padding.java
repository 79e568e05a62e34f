package io.dharma.tracing.pipeline;

/**
 * Memory that nobody uses, between what different threads write.
 *
 * <p>Processors pass memory to each other in lines of 64 bytes and often fetch two of them. If one thread writes a field
 * for every record, each write takes the whole line away from all others, who then wait for it to come back to read
 * whatever else is in it. While the consumer's fields lay among those that producers read, that was a sixth of what a
 * sampled block cost its thread.
 *
 * <p>A class lays out the fields of its superclass first. So what extends this has room before its fields, and a
 * subclass of that with as many fields again has room behind them. The annotation {@code @Contended} would do the same,
 * but the JVM heeds it outside its own classes only if told so on the command line.
 */
@SuppressWarnings("unused") // on purpose
abstract class Padding {

    /** For the four bytes behind the object's header, which a subclass's first int would take otherwise. */
    private int p00;

    private long p01, p02, p03, p04, p05, p06, p07, p08;
    private long p09, p10, p11, p12, p13, p14, p15, p16;
}
