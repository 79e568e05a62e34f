package io.dharma.tracing.trace;

/**
 * How often something was thrown where nothing should be, and was kept from the application, by where it came from.
 *
 * @param callbacks objects of the application that the library called, such as a sampler or a throwable's own methods
 * @param mdc SLF4J's MDC, or the look-up of one of its fields: log lines may lack their ids
 * @param listeners listeners of context scopes, in the whole process and since it began
 * @param workers threads of the library's pipelines, which went on; never expected, and worth a bug report
 */
public record Contained(long callbacks, long mdc, long listeners, long workers) {

    static final Contained NONE = new Contained(0, 0, 0, 0);

    /** All of them together. */
    public long total() {
        return callbacks + mdc + listeners + workers;
    }

    /** The same with those of another pipeline's threads. */
    public Contained withMoreWorkers(long faults) {
        return new Contained(callbacks, mdc, listeners, workers + faults);
    }
}
