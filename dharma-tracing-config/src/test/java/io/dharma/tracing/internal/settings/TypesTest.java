package io.dharma.tracing.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypesTest {

    private static final String ALPHABET = "0123456789smhdkKMGiB.,=%:/@?#[]-_ abc\u0000\u00e9\ud83d\u2028\n";

    @Test
    void anyType_readsAnyTextOrRefusesItClearly() {
        Random random = new Random(7);
        for (int round = 0; round < 3_000; round++) {
            String text = PropertyLinesTest.randomText(random, ALPHABET, 30).strip();
            if (!text.isEmpty()) {
                Keys.all().forEach(key -> assertReadsOrRefuses(key, text));
            }
        }
    }

    private static <T> void assertReadsOrRefuses(Key<T> key, String text) {
        try {
            T value = key.type().parse(text);
            assertThat(key.type().show(value)).doesNotContain("\n");
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).isNotBlank().doesNotContain("\n");
        }
    }

    @Test
    void duration_thatIsShownIsReadAgain() {
        Random random = new Random(1);
        for (int round = 0; round < 10_000; round++) {
            Duration duration =
                    Duration.ofMillis(random.nextLong(Duration.ofDays(365).toMillis()));
            assertThat(Types.DURATION.parse(Types.DURATION.show(duration))).isEqualTo(duration);
        }
    }

    @Test
    void size_thatIsShownIsReadAgain() {
        Random random = new Random(2);
        for (int round = 0; round < 10_000; round++) {
            long size = 1 + random.nextLong(1 << 30);
            assertThat(Types.SIZE.parse(Types.SIZE.show(size))).isEqualTo(size);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0", "250,250", "250ms,250", "10s,10000", "10 S,10000", "2m,120000", "1h,3600000", "1d,86400000"})
    void duration_isReadInItsUnit(String text, long millis) {
        assertThat(Types.DURATION.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void pairs_areReadAsOpenTelemetryHasThem() {
        assertThat(Types.HEADERS.parse("a=1, b = x%20y%2Cz ,c=k=v==,d=100%,a=2,e="))
                .isEqualTo(Map.of("a", "2", "b", "x y,z", "c", "k=v==", "d", "100%", "e", ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Types.HEADERS.parse("a=1,secret"))
                .withMessage("has no name=value at its entry 2");
    }

    @Test
    void list_hasNoEmptyEntries() {
        assertThat(Lists.split(" a,, b ,")).isEqualTo(List.of("a", "b"));
        assertThat(Lists.split("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "http://h:1/p,http://h:1/p",
        "http://h,http://h",
        "http://h/,http://h/",
        "http://h:4318/v1/traces,http://h:4318/v1/traces",
        "http://h/api/v2/spans,http://h/api/v2/spans",
        "http://h/ingest/S3CRET/x,http://h/ingest/***/x",
        "http://h/0af7651916cd43dd8448eb211c80319c,http://h/***",
        "http://u:p@h:1/p,http://***@h:1",
        "redis://:p/a@s@h/0,redis://***@h",
        "u:p@h,***@h",
        "http://h/p?token=1,http://h/p?***",
        "http://h/p?token=u@S3CRET,http://h/p?***",
        "http://h/ingest/u@S3CRET/p,http://h/ingest/***/p",
        "http://u:a/b@h/p,http://***@h",
        "http://h/p#t,http://h/p?***"
    })
    void url_isShownWithoutSecrets(String url, String shown) {
        assertThat(Urls.withoutSecrets(url)).isEqualTo(shown);
    }

    @Test
    void key_hasADefaultThatItsTypeReads() {
        assertThat(Keys.all()).allSatisfy(key -> {
            Object unused = key.defaultValue();
            assertThat(key.description()).isNotBlank();
            assertThat(key.defaultMeaning()).isNotBlank();
        });
        assertThat(Keys.all().stream().map(Key::name)).doesNotHaveDuplicates();
        assertThat(Keys.all().stream().map(Key::variable)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({
        "dharma.servicename,dharma.service.name",
        "dharma.sampling.keep.eror,dharma.sampling.keep.errors",
        "dharma.mcd,dharma.mdc",
        "dharma.completely.different.thing,"
    })
    void misspelling_isFollowedByWhatWasMeant(String name, String meant) {
        assertThat(Spelling.nearest(name, Keys.all().stream().map(Key::name).toList()))
                .isEqualTo(meant);
    }
}
