package io.dharma.tracing.redaction;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Names for persons that say who belongs together and not who it is: {@code k1:5f0c...}, made of the id of a key and the
 * first 96 bits of HMAC-SHA-256 over the identity, in hexadecimal digits.
 *
 * <p>With the same key, every service gives the same person the same pseudonym; without it nobody can try out identities
 * to see whose it is, as with a plain hash. Changing the key, under another id, breaks the link to everything written
 * before; destroying the old one makes that final. 96 bits leave a chance of about 1 in 10^10 that any two of four
 * billion persons share one.
 *
 * <p>Any thread; no locks after the first call, for each works with a copy of the keyed hash. A call costs two rounds of
 * SHA-256 for an ordinary identity, and that copy; the first loads the platform's cryptography.
 */
public final class Pseudonyms {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 12;
    private static final int SHORTEST_KEY = 16;
    private static final int LONGEST_ID = 16;
    private static final String PER_PROCESS = "tmp";

    private final String keyId;

    /** Null for a key of this process, which is made with the first pseudonym. */
    private final byte @Nullable [] givenKey;

    private volatile @Nullable Keyed keyed;

    private Pseudonyms(String keyId, byte @Nullable [] givenKey) {
        this.keyId = keyId;
        this.givenKey = givenKey;
    }

    /**
     * A key, and a hash with it that is never updated, so that a copy of it is ready for use and nobody has to wait for
     * another.
     */
    private record Keyed(SecretKeySpec key, Mac hash) {

        static Keyed with(byte[] key) {
            SecretKeySpec spec = new SecretKeySpec(key, ALGORITHM);
            return new Keyed(spec, newMac(spec));
        }

        Mac readyHash() {
            try {
                return (Mac) hash.clone();
            } catch (CloneNotSupportedException e) {
                // A provider's own that lives in hardware, say.
                return newMac(key);
            }
        }
    }

    /**
     * With a key that all services of a deployment share.
     *
     * @param keyId names the key, for the day when there is another: 1 to 16 lower-case letters and digits
     * @param key at least 16 bytes that nobody can guess, copied; a text such as a password is no key
     * @throws IllegalArgumentException if either is not as described
     */
    public static Pseudonyms withKey(String keyId, byte[] key) {
        if (!isKeyId(keyId)) {
            throw new IllegalArgumentException(
                    "keyId is '" + keyId + "', must be 1 to " + LONGEST_ID + " lower-case letters and digits");
        }
        if (key.length < SHORTEST_KEY) {
            throw new IllegalArgumentException("key has " + key.length + " bytes, must have at least " + SHORTEST_KEY);
        }
        return new Pseudonyms(keyId, key.clone());
    }

    /**
     * With a random key that is gone when the process ends: pseudonyms tell persons apart within this process, and match
     * nothing of any other or of its next start. Their key's id is {@code tmp}.
     */
    public static Pseudonyms perProcess() {
        return new Pseudonyms(PER_PROCESS, null);
    }

    private static byte[] randomKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return key;
    }

    private static boolean isKeyId(String keyId) {
        return !keyId.isEmpty()
                && keyId.length() <= LONGEST_ID
                && keyId.chars().allMatch(c -> Ascii.isLower((char) c) || Ascii.isDigit((char) c));
    }

    private static Mac newMac(SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            // Every Java platform has to have it.
            throw new IllegalStateException(ALGORITHM + " is not available", e);
        }
    }

    /** The pseudonym of an identity; of one that is a pseudonym under this key already, itself. */
    public String of(String identity) {
        Objects.requireNonNull(identity, "identity");
        if (isPseudonym(identity)) {
            return identity;
        }
        byte[] hash = keyed().readyHash().doFinal(identity.getBytes(StandardCharsets.UTF_8));
        return keyId + ':' + HexFormat.of().formatHex(hash, 0, BYTES);
    }

    /** With the first pseudonym, since loading the cryptography costs a start tens of milliseconds. */
    private Keyed keyed() {
        Keyed made = keyed;
        return made == null ? keyedOnce() : made;
    }

    private synchronized Keyed keyedOnce() {
        Keyed made = keyed;
        if (made == null) {
            made = Keyed.with(givenKey == null ? randomKey() : givenKey);
            keyed = made;
        }
        return made;
    }

    /** Whether this looks like what {@link #of} returns under this key. */
    public boolean isPseudonym(String text) {
        int start = keyId.length() + 1;
        if (text.length() != start + 2 * BYTES || !text.startsWith(keyId) || text.charAt(start - 1) != ':') {
            return false;
        }
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Ascii.isHex(c) || Ascii.isUpper(c)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the key is this process's own, so that pseudonyms match nothing outside of it. */
    public boolean isPerProcess() {
        return givenKey == null;
    }

    /** With the id of the key, and not the key. */
    @Override
    public String toString() {
        return givenKey == null ? "Pseudonyms{random key of this process}" : "Pseudonyms{key " + keyId + "}";
    }
}
