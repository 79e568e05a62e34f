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
 * first 96 bits of HMAC-SHA-256 over the identity, in hexadecimal digits, and eight more that prove that this key made
 * them. So what was redacted once can be told from an identity that somebody made up to look like it.
 *
 * <p>With the same key, every service gives the same person the same pseudonym; without it nobody can try out identities
 * to see whose it is, as with a plain hash. Changing the key, under another id, breaks the link to everything written
 * before; destroying the old one makes that final. 96 bits leave a chance of about 1 in 10^10 that any two of four
 * billion persons share one.
 *
 * <p>Any thread; no locks after the first call, for each works with a copy of the keyed hash. A call costs four rounds of
 * SHA-256 for an ordinary identity, and two copies; the first loads the platform's cryptography.
 */
public final class Pseudonyms {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 12;

    /** One in four billion made-up pseudonyms passes for one. */
    private static final int PROOF_BYTES = 4;

    private static final int DIGITS = 2 * BYTES;
    private static final int ALL_DIGITS = DIGITS + 2 * PROOF_BYTES;
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
        String digits = HexFormat.of().formatHex(hash(identity), 0, BYTES);
        return keyId + ':' + digits + proof(digits);
    }

    private byte[] hash(String text) {
        return keyed().readyHash().doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The end of the hash, which no pseudonym shows: its beginning could be had by using these digits as an identity. */
    private String proof(String digits) {
        byte[] hash = hash(digits);
        return HexFormat.of().formatHex(hash, hash.length - PROOF_BYTES, hash.length);
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

    /** Whether {@link #of} made this, under this key. */
    public boolean isPseudonym(String text) {
        int proof = keyId.length() + 1 + DIGITS;
        return isShaped(text)
                && proof(text.substring(keyId.length() + 1, proof)).equals(text.substring(proof));
    }

    private boolean isShaped(String text) {
        int start = keyId.length() + 1;
        if (text.length() != start + ALL_DIGITS || !text.startsWith(keyId) || text.charAt(start - 1) != ':') {
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
