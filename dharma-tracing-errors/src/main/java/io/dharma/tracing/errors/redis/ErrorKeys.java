package io.dharma.tracing.errors.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dharma.tracing.errors.ErrorCount;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What is where. Every key begins with the prefix; all that is of one group has the group as its hash tag, and so is in one
 * slot of a cluster. Any thread.
 *
 * <pre>
 * errors:{GROUP}:state            what is known of the group, as {@link GroupCodec} writes it
 * errors:{GROUP}:users            to whom it happened, a HyperLogLog of pseudonyms
 * errors:{GROUP}:new              the process in which the group was new
 * errors:{GROUP}:minute:MINUTE    a hash: how often in each operation of each process
 * errors:alert:KEY                the process that says it
 * </pre>
 *
 * <p>Minutes are counted from 1970.
 */
final class ErrorKeys {

    private static final int LONGEST = 128;
    private static final int DIGEST_BYTES = 16;
    private static final int FIELD_BYTES = 9;

    private final String prefix;

    ErrorKeys(String prefix) {
        this.prefix = prefix + "errors:";
    }

    byte[] state(String group) {
        return ofGroup(group, "state");
    }

    byte[] users(String group) {
        return ofGroup(group, "users");
    }

    byte[] isNew(String group) {
        return ofGroup(group, "new");
    }

    byte[] minute(String group, long minute) {
        return ofGroup(group, "minute:" + minute);
    }

    byte[] alert(String key) {
        return utf8(prefix + "alert:" + plain(key));
    }

    private byte[] ofGroup(String group, String what) {
        return utf8(prefix + "{" + plain(group) + "}:" + what);
    }

    /** As it is, as long as nobody made it up who wanted to be in another slot, or to have keys without end. */
    private static String plain(String text) {
        boolean isPlain = !text.isEmpty()
                && text.length() <= LONGEST
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '{' && c != '}');
        return isPlain ? text : "x-" + digest(text, DIGEST_BYTES);
    }

    /**
     * The operation of a process, in a minute's hash: 72 bits of a digest, of which no two are the same by chance, and of
     * one length whatever the names.
     */
    static String counter(ErrorCount count) {
        String whose = count.service().name() + '\n' + count.service().instance() + '\n';
        return digest(whose + text(count.operation()), FIELD_BYTES);
    }

    /** Outside of one is not the same as in one without a name. */
    private static String text(@Nullable String operation) {
        return operation == null ? "" : '\n' + operation;
    }

    private static String digest(String text, int bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(utf8(text));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
