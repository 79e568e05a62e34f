package io.dharma.tracing.testsupport.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads one request as strictly as the protocol allows, and notes each rule that it breaks. */
final class OtlpReading {

    private static final int GZIP_TRAILER_BYTES = 8;

    private final List<String> violations = new ArrayList<>();
    private @Nullable Message message;
    private int bytesOnTheWire;

    private OtlpReading() {}

    static OtlpReading of(HttpExchange exchange) throws IOException {
        OtlpReading reading = new OtlpReading();
        reading.read(exchange);
        return reading;
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    @Nullable
    Message message() {
        return message;
    }

    int bytesOnTheWire() {
        return bytesOnTheWire;
    }

    private void read(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        bytesOnTheWire = body.length;
        if (!exchange.getRequestMethod().equals("POST")) {
            violations.add("method " + exchange.getRequestMethod() + ", not POST");
        }
        List<String> type = headers(exchange, "Content-Type");
        if (!type.equals(List.of("application/x-protobuf"))) {
            violations.add("content type " + type + ", not application/x-protobuf");
        }
        Optional<OtlpSignal> signal = OtlpSignal.at(exchange.getRequestURI().toString());
        if (signal.isEmpty()) {
            violations.add("no such path: " + exchange.getRequestURI());
            return;
        }
        byte[] unpacked = unpack(body, headers(exchange, "Content-Encoding"));
        if (unpacked != null) {
            parse(signal.get(), unpacked);
        }
    }

    private static List<String> headers(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getOrDefault(name, List.of());
    }

    private byte @Nullable [] unpack(byte[] body, List<String> encoding) {
        if (encoding.isEmpty() || encoding.equals(List.of("identity"))) {
            return body;
        }
        if (encoding.equals(List.of("gzip"))) {
            return gunzip(body);
        }
        violations.add("unknown content encoding " + encoding);
        return null;
    }

    private byte @Nullable [] gunzip(byte[] body) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            byte[] unpacked = in.readAllBytes();
            if (!endsWithTrailerOf(unpacked, body)) {
                violations.add("gzip: more follows behind the end of the stream");
            }
            return unpacked;
        } catch (IOException e) {
            violations.add("gzip: " + e.getMessage());
            return null;
        }
    }

    /** GZIPInputStream passes over what follows the stream; a receiver in another language may not. */
    private static boolean endsWithTrailerOf(byte[] unpacked, byte[] body) {
        CRC32 sum = new CRC32();
        sum.update(unpacked);
        ByteBuffer trailer = ByteBuffer.wrap(body, body.length - GZIP_TRAILER_BYTES, GZIP_TRAILER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        return trailer.getInt() == (int) sum.getValue() && trailer.getInt() == unpacked.length;
    }

    private void parse(OtlpSignal signal, byte[] body) {
        try {
            Message parsed = signal.parse(body);
            violations.addAll(OtlpRules.check(parsed));
            message = parsed;
        } catch (InvalidProtocolBufferException e) {
            violations.add("body: " + e.getMessage());
        }
    }
}
