package io.dharma.tracing.soak;

import java.util.List;

/** What the service talks about all the time, and nobody else may hear of. Nothing here is or was a secret. */
final class PlantedSecrets {

    static final String PASSWORD = "hunter2-and-more";
    static final String API_KEY = "planted-api-key-4711";
    static final String TOKEN = "ghp_" + "a1B2".repeat(9);
    static final String CARD = "5555555555554444";
    static final String WEB_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmVkLWJ5LW5vYm9keQ";

    private static final List<String> ALL = List.of(PASSWORD, API_KEY, TOKEN, CARD, WEB_TOKEN);

    private PlantedSecrets() {}

    /** Those that occur in it. */
    static List<String> in(String text) {
        return ALL.stream().filter(text::contains).toList();
    }
}
