package io.dharma.tracing.redaction;

/** Why something was taken out. */
enum Rule {
    KEY("key"),
    ASSIGNMENT("assignment"),
    PRIVATE_KEY("private-key"),
    AUTHORIZATION("authorization"),
    JWT("jwt"),
    TOKEN("token"),
    URL("url"),
    CARD("card"),
    IBAN("iban"),
    SSN("ssn"),
    EMAIL("email"),
    IP("ip"),
    SQL("sql"),
    REDIS("redis"),
    JSON("json"),
    PSEUDONYM("pseudonym"),
    BAGGAGE("baggage");

    private final String label;

    Rule(String label) {
        this.label = label;
    }

    /** As it is shown to users. */
    String label() {
        return label;
    }
}
