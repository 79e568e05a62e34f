package io.dharma.tracing.internal.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/** Whatever stands in a file: we read from it what Java does. */
class PropertyLinesFuzzTest {

    @FuzzTest
    void file(byte[] content) throws IOException {
        String text = new String(content, UTF_8);
        while (text.startsWith("\uFEFF")) {
            // Java takes an editor's byte order mark for a part of the first name; we do not.
            text = text.substring(1);
        }
        PropertyLinesTest.assertReadAsByJava(text);
    }
}
