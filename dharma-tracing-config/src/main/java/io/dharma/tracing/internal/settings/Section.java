package io.dharma.tracing.internal.settings;

/** The chapters of the reference. */
enum Section {
    SERVICE("The service"),
    TRACES("Where traces go"),
    OTLP("OTLP"),
    SAMPLING("Sampling"),
    CORRELATION("Correlation"),
    ERRORS("Errors"),
    LIMITS("Limits"),
    METRICS_AND_LOGS("Metrics and logs"),
    REDACTION("Redaction"),
    DELIVERY("Delivery"),
    RUNTIME("Start and end"),
    INHERITED("Inherited names");

    private final String title;

    Section(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
