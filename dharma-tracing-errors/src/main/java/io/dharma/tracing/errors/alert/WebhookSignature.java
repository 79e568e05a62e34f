package io.dharma.tracing.errors.alert;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs what is posted, so that its receiver knows from whom it is, and that it is not an old one sent once more. Any thread. */
final class WebhookSignature {

    private static final String ALGORITHM = "HmacSHA256";

    private final List<SecretKeySpec> keys;

    /** @param secrets each signs, for as long as receivers know only one of them */
    WebhookSignature(List<String> secrets) {
        this.keys = secrets.stream()
                .map(secret -> new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM))
                .toList();
    }

    /** The header's value: {@code t=1767225600,v1=5257a8...}. */
    String of(byte[] body, long epochSecond) {
        StringBuilder header = new StringBuilder("t=").append(epochSecond);
        keys.forEach(key -> header.append(",v1=").append(hash(key, epochSecond, body)));
        return header.toString();
    }

    private static String hash(SecretKeySpec key, long epochSecond, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((epochSecond + ".").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
