package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.ManualClock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NameCacheTest {

    private final ManualClock clock = ManualClock.create();
    private final NameCache names = new NameCache(clock);

    private static Name.Operation read(Name name) {
        return Objects.requireNonNull(Name.readOperation(name.text()));
    }

    private Name.Operation shop(String operation) {
        return read(names.of("shop", operation));
    }

    private void spend() {
        for (int i = 0; i < NameBudget.AT_FIRST; i++) {
            assertThat(shop("GET /" + i).operation()).isEqualTo("GET /" + i);
        }
    }

    @Test
    void operations_thatAreTooManyAreOneAndThoseBeforeStayThemselves() throws Exception {
        try (LogLines log = new LogLines()) {
            spend();

            for (int i = 0; i < 10_000; i++) {
                assertThat(shop("GET /orders/" + i)).isEqualTo(new Name.Operation("shop", "__other__"));
            }

            for (int i = 0; i < NameBudget.AT_FIRST; i++) {
                assertThat(shop("GET /" + i).operation()).isEqualTo("GET /" + i);
            }
            assertThat(log.lines()).singleElement().asString().contains("2000 different", "__other__");
        }
    }

    @Test
    void errorTypes_thatAreTooManyAreOne() {
        spend();

        assertThat(Name.readErrorType(names.ofErrorType("java.io.IOException").text()))
                .isEqualTo("__other__");
    }

    @Test
    void names_areTenMoreEachMinute() {
        spend();
        clock.advance(Duration.ofMinutes(1));

        for (int i = 0; i < 10; i++) {
            assertThat(shop("POST /" + i).operation()).isEqualTo("POST /" + i);
        }
        assertThat(shop("POST /10").operation()).isEqualTo("__other__");
    }

    @Test
    void names_thatWereNotUsedForLongAreNoMoreThanAtFirst() {
        clock.advance(Duration.ofDays(300));
        spend();

        assertThat(shop("POST /").operation()).isEqualTo("__other__");
    }

    @Test
    void services_withoutNumberAreNoNamesWithoutNumber() {
        spend();
        Set<Long> written = new HashSet<>();

        for (int i = 0; i < 10_000; i++) {
            written.add(names.of("service-" + i, "GET /").id());
        }

        assertThat(written).hasSize(NameCache.MAX_SERVICES_WITH_OTHERS + 1);
    }
}
