package io.dharma.tracing.export;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What to send.
 *
 * @param headers all of them, with the content's type and encoding
 * @param deadline for the whole exchange
 * @param replyLimit how many bytes of the answer's body to read at most
 */
@SuppressWarnings("ArrayRecordComponent") // Passed on, never compared.
record HttpPost(byte[] body, Map<String, List<String>> headers, Duration deadline, int replyLimit) {

    /** More than any honest answer to an export needs. */
    static final int MAX_REPLY = 64 * 1024;
}
