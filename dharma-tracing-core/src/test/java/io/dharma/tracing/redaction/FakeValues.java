package io.dharma.tracing.redaction;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Random values of the shapes that secrets and identifiers have, the same for the same seed. */
final class FakeValues {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z0-9]+)(?::([a-z0-9]+))?}");
    private static final String LOWER = "abcdefghijklmnopqrstuvwxyz";
    private static final String UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String DIGITS = "0123456789";
    private static final String ALNUM = LOWER + UPPER + DIGITS;
    private static final List<String> PASSWORDS = List.of(
            "hunter2",
            "s3cr3t!",
            "P@ssw0rd1",
            "correcthorse9",
            "Tr0ub4dor&3",
            "letmein-99",
            "qwerty!23",
            "Sommer2026!",
            "a#1b$2c%3",
            "pa55word",
            "x!y?z9Q",
            "changeme1",
            "Zw3iE1s.",
            "0pen+Sesame",
            "winter_is_c0ming",
            "MyD0g*Rex");
    private static final List<String> CARD_PREFIXES = List.of("4", "51", "55", "2221", "2720", "6011", "3530");
    private static final List<String> IBAN_STARTS =
            List.of("DE:18", "NL:ABNA:10", "FR:23", "GB:NWBK:14", "ES:20", "AT:16");
    private static final List<String> WORDS = List.of(
            "the order was shipped", "hello world, this is plain text", "lorem ipsum dolor sit amet", "no news today");

    private final Random random;

    FakeValues(long seed) {
        this.random = new Random(seed);
    }

    /** The text with its placeholders filled; what is no placeholder of ours stays. */
    String fill(String template) {
        Matcher matcher = PLACEHOLDER.matcher(template);
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            String value = value(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2), matcher.group());
            matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(filled).toString();
    }

    private String value(String name, String argument, String whole) {
        int length = argument.matches("[0-9]+") ? Integer.parseInt(argument) : 0;
        return switch (name) {
            case "password" -> pick(PASSWORDS) + string(ALNUM, 3);
            case "alnum" -> mixed(ALNUM, length);
            case "letters" -> string(LOWER + UPPER, length);
            case "upper" -> mixed(UPPER + DIGITS, length);
            case "crockford" -> mixed("0123456789ABCDEFGHJKMNPQRSTVWXYZ", length);
            case "hex" -> mixed("0123456789abcdef", length);
            case "digits" -> string(DIGITS, length);
            case "digit" -> string("123456789", 1);
            case "base64" -> mixed(ALNUM + "+/", length);
            case "path" -> "T" + mixed(UPPER + DIGITS, 8) + "/B" + mixed(UPPER + DIGITS, 8) + "/" + mixed(ALNUM, 24);
            case "uuid" -> uuid();
            case "trace" -> mixed("0123456789abcdef", 32);
            case "span" -> mixed("0123456789abcdef", 16);
            case "sha1" -> mixed("0123456789abcdef", argument.equals("short") ? 8 : 40);
            case "mac" -> mac();
            case "nanos" -> "17" + string(DIGITS, 17);
            case "millis" -> "17" + string(DIGITS, 11);
            case "b64text" -> base64(pick(WORDS) + " " + string(LOWER, 5));
            case "basic" -> base64(string(LOWER, 5) + ":" + pick(PASSWORDS) + string(ALNUM, 3));
            case "jwt" -> jwt() + "." + mixed(ALNUM + "-_", 43);
            case "jwe" ->
                part("{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\"}") + "." + mixed(ALNUM, 40) + "." + mixed(ALNUM, 16)
                        + "." + mixed(ALNUM, 60) + "." + mixed(ALNUM, 22);
            case "github" -> "gh" + string("pousr", 1) + "_" + string(ALNUM, 36);
            case "gitlab" -> "glpat-" + string(ALNUM, 20);
            case "aws" -> string("A", 1) + pick(List.of("KIA", "SIA")) + string("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
            case "slack" -> "xox" + string("bpa", 1) + "-" + string(DIGITS, 11) + "-" + mixed(ALNUM, 24);
            case "stripe" -> pick(List.of("sk", "rk")) + "_live_" + string(ALNUM, 24);
            case "google" -> "AIza" + string(ALNUM + "-_", 35);
            case "npm" -> "npm_" + string(ALNUM, 36);
            case "sendgrid" -> "SG." + mixed(ALNUM, 22) + "." + mixed(ALNUM, 43);
            case "shopify" -> "shpat_" + mixed("0123456789abcdef", 32);
            case "openai" -> pick(List.of("sk-", "sk-proj-")) + mixed(ALNUM, 48);
            case "hf" -> "hf_" + string(LOWER + UPPER, 34);
            case "vault" -> "hvs." + string(ALNUM, 24);
            case "pem" -> pem("\n");
            case "pemline" -> pem("\\\\n");
            case "card" ->
                argument.isEmpty() ? card(16) : argument.equals("4") ? string(DIGITS, 4) : grouped(card(16), argument);
            case "amex" -> luhn(pick(List.of("34", "37")), 15);
            case "badcard" -> argument.isEmpty() ? badCard() : grouped(badCard(), argument);
            case "iban" -> argument.isEmpty() ? iban(true) : spaced(iban(true));
            case "badiban" -> iban(false);
            case "ssn" -> ssn();
            default -> whole;
        };
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    private String string(String alphabet, int length) {
        StringBuilder string = new StringBuilder();
        for (int i = 0; i < length; i++) {
            string.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return string.toString();
    }

    /** With a digit and a letter in it, as nearly all have; begins with either. */
    private String mixed(String alphabet, int length) {
        String mixed = string(alphabet, length);
        boolean both =
                mixed.chars().anyMatch(Character::isDigit) && mixed.chars().anyMatch(Character::isLetter);
        return both || length < 4 ? mixed : mixed(alphabet, length);
    }

    private String uuid() {
        return string("0123456789abcdef", 8) + "-" + mixed("0123456789abcdef", 4) + "-4" + string("0123456789abcdef", 3)
                + "-8" + string("0123456789abcdef", 3) + "-" + string("0123456789abcdef", 12);
    }

    private String mac() {
        StringBuilder mac = new StringBuilder(string("0123456789abcdef", 2));
        for (int i = 0; i < 5; i++) {
            mac.append(':').append(string("0123456789abcdef", 2));
        }
        return mac.toString();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private String jwt() {
        return part("{\"alg\":\"" + pick(List.of("HS256", "RS256", "ES512")) + "\",\"kid\":\"" + string(LOWER, 4)
                        + "\"}")
                + "." + part("{\"sub\":\"" + string(LOWER, 8) + "\",\"exp\":1" + string(DIGITS, 9) + "}");
    }

    private String pem(String newline) {
        String label = pick(List.of(
                "RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
        return "-----BEGIN " + label + "-----" + newline + "FAKE" + mixed(ALNUM + "+/", 60) + newline
                + mixed(ALNUM + "+/", 40) + "==" + newline + "-----END " + label + "-----";
    }

    private String card(int length) {
        return luhn(pick(CARD_PREFIXES), length);
    }

    private String luhn(String prefix, int length) {
        String body = prefix + string(DIGITS, length - prefix.length() - 1);
        return body + checkDigit(body);
    }

    private static int checkDigit(String body) {
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            int digit = body.charAt(body.length() - 1 - i) - '0';
            int weighted = i % 2 == 0 ? 2 * digit : digit;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }
        return (10 - sum % 10) % 10;
    }

    private String badCard() {
        String good = card(16);
        int last = good.charAt(15) - '0';
        return good.substring(0, 15) + (last + 1 + random.nextInt(9)) % 10;
    }

    private static String grouped(String card, String style) {
        String gap = style.equals("dashed") ? "-" : " ";
        return card.substring(0, 4)
                + gap
                + card.substring(4, 8)
                + gap
                + card.substring(8, 12)
                + gap
                + card.substring(12);
    }

    private String iban(boolean good) {
        String[] start = pick(IBAN_STARTS).split(":", -1);
        String bank = start.length == 3 ? start[1] : "";
        String account = bank + string(DIGITS, Integer.parseInt(start[start.length - 1]));
        int check = 98 - mod97(account + start[0] + "00");
        int written = good ? check : (check + 1 + random.nextInt(90)) % 97;
        return start[0] + String.format(Locale.ROOT, "%02d", written) + account;
    }

    private static int mod97(String text) {
        StringBuilder digits = new StringBuilder();
        text.chars().forEach(c -> digits.append(Character.digit(c, 36)));
        return new BigInteger(digits.toString()).mod(BigInteger.valueOf(97)).intValue();
    }

    private static String spaced(String iban) {
        return String.join(" ", iban.split("(?<=\\G.{4})", -1)).strip();
    }

    private String ssn() {
        return (100 + random.nextInt(500)) + "-" + (10 + random.nextInt(89)) + "-" + (1000 + random.nextInt(8999));
    }
}
