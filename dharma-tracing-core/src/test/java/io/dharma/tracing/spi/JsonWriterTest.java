package io.dharma.tracing.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonWriterTest {

    @Test
    void number_isWrittenAsJsonHasIt() {
        JsonWriter json = new JsonWriter().beginArray();
        json.value(1.5).value(1e-7).value(-0.25).value(Double.NaN).value(Double.POSITIVE_INFINITY);
        assertThat(json.endArray()).hasToString("[1.5,1.0E-7,-0.25,null,null]");
    }
}
