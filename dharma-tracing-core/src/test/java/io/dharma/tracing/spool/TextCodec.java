package io.dharma.tracing.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;

/** Records that are text. */
final class TextCodec implements RecordCodec<String> {

    static final TextCodec INSTANCE = new TextCodec();

    private TextCodec() {}

    @Override
    public void encode(String record, OutputStream out) throws IOException {
        if (record.startsWith("cannot be written")) {
            throw new IllegalStateException(record);
        }
        out.write(record.getBytes(UTF_8));
    }

    @Override
    public String decode(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        if (text.startsWith("cannot be read")) {
            throw new IllegalStateException(text);
        }
        return text;
    }

    @Override
    public int heapSize(String record) {
        return record.length();
    }
}
