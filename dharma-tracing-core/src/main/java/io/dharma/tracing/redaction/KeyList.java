package io.dharma.tracing.redaction;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names that secrets go under.
 *
 * <p>A name is read as words: they end at anything that is neither letter nor digit, at a change from lower to upper
 * case, and between letters and digits. An entry matches one word or several in a row, put together and in lower case:
 * {@code apikey} is in {@code X-Api-Key}, {@code api_key}, {@code stripeApiKey} and {@code APIKEY}, and {@code token} is
 * not in {@code tokenizer}, nor {@code auth} in {@code author}.
 *
 * <p>Entries lie in a table of our own that is asked with a part of a text, so that looking allocates nothing. Immutable.
 */
final class KeyList {

    /** No name is longer; what comes after that is not looked at. */
    static final int LONGEST_NAME = 256;

    /**
     * Last words that say something about a secret and not the secret itself: {@code token_type},
     * {@code password.length}, {@code session_timeout_seconds}.
     */
    private static final Set<String> ABOUT = Set.of(
            ("type types count counts length len size expiry expires expired expiration ttl timeout duration limit max min"
                            + " policy method methods mode provider enabled disabled required present status state valid"
                            + " version rounds age issuer url uri endpoint attempts retries error errors failed failures"
                            + " success result algorithm alg scheme strength kind scope scopes ms millis seconds total"
                            + " usage rate name path domain host port index position line column latency time timestamp"
                            + " date arn created updated at changed remaining capacity"
                            + " consent color colour")
                    .split(" ", -1));

    /** Last words that a secret's name may carry along in a text. */
    private static final Set<String> CARRIED =
            Set.of("hash", "value", "text", "string", "plain", "raw", "digest", "id");

    private final @Nullable String[] entries;
    private final @Nullable Sensitivity[] sensitivities;
    private final int mask;
    private int longest;

    KeyList(Collection<String> additional) {
        Map<String, Sensitivity> defaults = defaults();
        // A power of two, and never more than half full: a search ends at an empty slot.
        int slots = 4 * Integer.highestOneBit(defaults.size() + additional.size());
        mask = slots - 1;
        entries = new String[slots];
        sensitivities = new Sensitivity[slots];
        for (Map.Entry<String, Sensitivity> entry : defaults.entrySet()) {
            add(entry.getKey(), entry.getValue());
        }
        for (String entry : additional) {
            add(normalise(entry), Sensitivity.CERTAIN);
        }
    }

    private static Map<String, Sensitivity> defaults() {
        Map<String, Sensitivity> defaults = new HashMap<>();
        put(
                defaults,
                Sensitivity.CERTAIN,
                "password passwd pwd passphrase passhash passcode secret apikey appkey accesskey privatekey secretkey"
                        + " signingkey encryptionkey masterkey licensekey clientsecret apisecret xapikey xauthtoken"
                        + " connectionstring databaseurl dburl mysqlpwd pgpassword pemfile sshkey pgpkey recaptchakey"
                        + " serviceaccountcredentials jsessionid jsessionidsso phpsessid connectsid accountkey sharedkey"
                        + " storagekey apitoken accesstoken authtoken refreshtoken idtoken sessiontoken bearertoken"
                        + " sharedsecret consumersecret webhooksecret keypassword storepassword keystorepassword"
                        + " truststorepassword dbpassword userpassword adminpassword rootpassword newpassword oldpassword"
                        + " dbpass userpass mysqlpass rootpass adminpass smtppass sshpass keypass storepass requirepass"
                        + " srckeypass destkeypass srcstorepass deststorepass"
                        + " confirmpassword passwordconfirm passwordconfirmation repeatpassword currentpassword"
                        + " loginpassword aeskey hmackey functionskey subscriptionkey"
                        + " hashedpassword encryptedpassword passwordhash secretkeybase");
        put(defaults, Sensitivity.LIKELY, "pass token jwt bearer csrf xsrf csrftoken xsrftoken sessionid");
        put(defaults, Sensitivity.SEVERAL, "passwords passphrases secrets apikeys accesskeys privatekeys secretkeys");
        put(
                defaults,
                Sensitivity.VAGUE,
                "auth authentication credential credentials jti session salt nonce twofactor sessionkey");
        put(defaults, Sensitivity.CODE, "otp 2fa pin pincode cvv cvc");
        put(defaults, Sensitivity.NUMBER, "ccnumber creditcard cardnumber iban routingnumber ssn");
        put(defaults, Sensitivity.ADDRESS, "xforwardedfor xrealip remoteaddr forwarded");
        put(defaults, Sensitivity.AUTHORIZATION, "authorization proxyauthorization");
        put(defaults, Sensitivity.COOKIE, "cookie setcookie");
        return defaults;
    }

    private static void put(Map<String, Sensitivity> entries, Sensitivity sensitivity, String names) {
        for (String name : names.split(" ", -1)) {
            entries.put(name, sensitivity);
        }
    }

    private void add(String entry, Sensitivity sensitivity) {
        int slot = slot(hash(entry));
        while (entries[slot] != null && !entry.equals(entries[slot])) {
            slot = (slot + 1) & mask;
        }
        entries[slot] = entry;
        sensitivities[slot] = sensitivity;
        longest = Math.max(longest, entry.length());
    }

    /** Lower case, and only letters and digits. */
    static String normalise(CharSequence name) {
        StringBuilder normal = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (isPart(c)) {
                normal.append(Character.toLowerCase(c));
            }
        }
        return normal.toString();
    }

    private static boolean isPart(char c) {
        return Ascii.isWord(c) || c >= 0x80;
    }

    /** Whether an attribute of this name holds a secret: any of its words is on the list, and the last is not about it. */
    boolean isSecret(CharSequence name) {
        return isSecret(name, 0, Math.min(name.length(), LONGEST_NAME));
    }

    /** As {@link #isSecret(CharSequence)}, of a part of a text. */
    boolean isSecret(CharSequence text, int from, int to) {
        for (int start = from; start < to; start++) {
            long match = start == from || startsWord(text, start) ? match(text, start, to, false) : -1;
            if (match >= 0 && !(startsAfter(text, matchEnd(match), to) && isAbout(text, from, to))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAbout(CharSequence text, int from, int to) {
        return ABOUT.contains(normalise(text.subSequence(startOfLastWord(text, from, to), to)));
    }

    /** Whether there is any word left behind an index. */
    private static boolean startsAfter(CharSequence name, int from, int end) {
        for (int i = from; i < end; i++) {
            if (isPart(name.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /**
     * How sensitive what is called so in a text is. Only the last words count, since the first may be part of the
     * sentence: {@code wrong password}.
     *
     * @return null if it is not
     */
    @Nullable
    Sensitivity inText(CharSequence text, int from, int to) {
        Sensitivity found = endingAt(text, from, to);
        if (found != null) {
            return found;
        }
        int last = startOfLastWord(text, from, to);
        boolean carried = last > from && isCarried(text, last, to);
        return carried ? endingAt(text, from, last) : null;
    }

    private static boolean isCarried(CharSequence text, int from, int to) {
        int length = to - from;
        if (length > 6) {
            return false;
        }
        return Ascii.isDigit(text.charAt(from)) || CARRIED.contains(normalise(text.subSequence(from, to)));
    }

    private @Nullable Sensitivity endingAt(CharSequence text, int from, int to) {
        for (int start = from; start < to; start++) {
            if (startsWord(text, start) || start == from) {
                long match = match(text, start, to, true);
                if (match >= 0) {
                    return sensitivities[(int) (match & mask)];
                }
            }
        }
        return null;
    }

    /**
     * Looks for an entry that begins at an index.
     *
     * @param whole whether it must go to the end
     * @return its slot and, above that, where it ends; -1 if there is none
     */
    private long match(CharSequence name, int start, int end, boolean whole) {
        int hash = 0;
        int length = 0;
        for (int i = start; i < end && length <= longest; i++) {
            char c = name.charAt(i);
            if (isPart(c)) {
                hash = 31 * hash + Character.toLowerCase(c);
                length++;
                if (whole ? isLast(name, i + 1, end) : endsWord(name, i + 1, end)) {
                    int slot = find(hash, length, name, start);
                    if (slot >= 0) {
                        return (i + 1L) * entries.length + slot;
                    }
                }
            }
        }
        return -1;
    }

    private int matchEnd(long match) {
        return (int) (match / entries.length);
    }

    /** Whether a word that goes on to here ends here. */
    private static boolean endsWord(CharSequence name, int index, int end) {
        return index == end || !isPart(name.charAt(index)) || startsWord(name, index);
    }

    /** Whether only separators are left. */
    private static boolean isLast(CharSequence name, int from, int end) {
        // A word goes on far more often than not.
        return from == end || (!isPart(name.charAt(from)) && !startsAfter(name, from, end));
    }

    private int find(int hash, int length, CharSequence name, int start) {
        for (int slot = slot(hash); ; slot = (slot + 1) & mask) {
            String entry = entries[slot];
            if (entry == null) {
                return -1;
            }
            if (entry.length() == length && isSame(entry, name, start)) {
                return slot;
            }
        }
    }

    private static boolean isSame(String entry, CharSequence name, int start) {
        int at = start;
        for (int i = 0; i < entry.length(); at++) {
            char c = name.charAt(at);
            if (isPart(c)) {
                if (Character.toLowerCase(c) != entry.charAt(i)) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static int startOfLastWord(CharSequence name, int from, int end) {
        int start = end - 1;
        while (start > from && !(isPart(name.charAt(start)) && startsWord(name, start))) {
            start--;
        }
        return Math.max(start, from);
    }

    /** Whether a word begins here: after a separator, at a hump, or where letters and digits meet. */
    private static boolean startsWord(CharSequence name, int index) {
        char c = name.charAt(index);
        if (!isPart(c) || index == 0) {
            return isPart(c);
        }
        char before = name.charAt(index - 1);
        if (!isPart(before)) {
            return true;
        }
        if (Ascii.isDigit(c) != Ascii.isDigit(before)) {
            return true;
        }
        if (!Ascii.isUpper(c)) {
            return false;
        }
        // The end of an acronym: the K of APIKey.
        boolean nextIsLower = index + 1 < name.length() && Ascii.isLower(name.charAt(index + 1));
        return Ascii.isLower(before) || (Ascii.isUpper(before) && nextIsLower);
    }

    private static int hash(String entry) {
        return entry.hashCode();
    }

    private int slot(int hash) {
        return (hash ^ hash >>> 10 ^ hash >>> 20) & mask;
    }
}
