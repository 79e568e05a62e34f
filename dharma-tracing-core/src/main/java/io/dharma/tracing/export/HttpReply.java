package io.dharma.tracing.export;

import java.net.http.HttpHeaders;

/**
 * What a server answered.
 *
 * @param body at most as much of it as was asked for; the rest was never read
 */
@SuppressWarnings("ArrayRecordComponent") // Passed on, never compared.
record HttpReply(int status, HttpHeaders headers, byte[] body) {

    boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }
}
