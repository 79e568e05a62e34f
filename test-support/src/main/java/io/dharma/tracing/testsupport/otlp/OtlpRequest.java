package io.dharma.tracing.testsupport.otlp;

import com.google.protobuf.Message;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request as it arrived, and what was wrong with it.
 *
 * @param headers by lower-case name, in the order they came
 * @param bytesOnTheWire length of the body before it was unpacked
 * @param message the body; null when it could not be read
 * @param violations every rule it broke, in words; empty for a good one
 * @param status what it is answered
 * @param clientCertificate what the client showed in the TLS handshake, if anything
 */
public record OtlpRequest(
        String method,
        String path,
        Map<String, List<String>> headers,
        int bytesOnTheWire,
        @Nullable Message message,
        List<String> violations,
        int status,
        @Nullable Certificate clientCertificate) {

    /** The only value of a header; null when it is not there. */
    public @Nullable String header(String name) {
        List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        if (values.size() > 1) {
            throw new AssertionError(name + " came " + values.size() + " times: " + values);
        }
        return values.isEmpty() ? null : values.get(0);
    }
}
