package io.dharma.tracing.internal.settings;

import io.dharma.tracing.export.HttpEndpoint;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The types of settings. Small classes instead of lambdas: all are needed while a service starts, and a class of ours
 * is loaded in less time than a lambda is linked.
 */
final class Types {

    static final Type<String> TEXT = new Text();
    static final Type<Boolean> BOOLEAN = new Flag();
    static final Type<Duration> DURATION = new Time(0);
    static final Type<Duration> POSITIVE_DURATION = new Time(1);
    static final Type<Long> SIZE = new Size(1, "1GiB");
    static final Type<Long> DISK_SIZE = new Size(1024, "1024GiB");
    static final Type<List<String>> LIST = new TextList();
    static final Type<Map<String, String>> ATTRIBUTES = new Pairs(false);
    static final Type<Map<String, String>> HEADERS = new Pairs(true);
    static final Type<String> URL = new Url(true);
    static final Type<Path> FILE = new Place("the path of a file");
    static final Type<Path> DIRECTORY = new Place("the path of a directory");
    static final Type<Double> NUMBER = new DecimalNumber();
    static final Type<String> SECRET_URL = new Url(false);
    static final Type<String> SECRET_KEY = new SecretKey();
    static final Type<String> SECRET_TEXT = new SecretText();

    private Types() {}

    static Type<Integer> wholeNumber(int least) {
        return new WholeNumber(least);
    }

    static Type<String> oneOf(List<String> allowed, List<String> foreign) {
        return new Choice(allowed, foreign);
    }

    static Type<List<String>> someOf(List<String> allowed, List<String> foreign) {
        return new Choices(allowed, foreign);
    }

    private static final class Text implements Type<String> {
        @Override
        public String parse(String text) {
            return text;
        }

        @Override
        public void check(String value) {
            if (value.isBlank()) {
                throw new IllegalArgumentException("is blank");
            }
        }

        @Override
        public String allowed() {
            return "any text";
        }

        @Override
        public String show(String value) {
            return Problem.printable(value);
        }
    }

    private static final class Flag implements Type<Boolean> {
        @Override
        public Boolean parse(String text) {
            if (text.equalsIgnoreCase("true")) {
                return true;
            }
            if (text.equalsIgnoreCase("false")) {
                return false;
            }
            throw new IllegalArgumentException("is neither true nor false");
        }

        @Override
        public String allowed() {
            return "true or false";
        }
    }

    private static final class WholeNumber implements Type<Integer> {
        private final int least;

        WholeNumber(int least) {
            this.least = least;
        }

        @Override
        public Integer parse(String text) {
            int number;
            try {
                number = Integer.parseInt(text);
            } catch (NumberFormatException notANumber) {
                throw new IllegalArgumentException("is not a whole number that fits", notANumber);
            }
            if (number < least) {
                throw new IllegalArgumentException("is too small");
            }
            return number;
        }

        @Override
        public String allowed() {
            return "a whole number from " + least + " to " + Integer.MAX_VALUE;
        }
    }

    private static final class DecimalNumber implements Type<Double> {
        @Override
        public Double parse(String text) {
            if (!looksDecimal(text)) {
                throw new IllegalArgumentException("is not a number");
            }
            try {
                return Double.valueOf(text);
            } catch (NumberFormatException notANumber) {
                throw new IllegalArgumentException("is not a number", notANumber);
            }
        }

        /** Java would also take {@code NaN}, {@code 0x1p3} and {@code 1d}. */
        private static boolean looksDecimal(String text) {
            for (int i = 0; i < text.length(); i++) {
                if ("0123456789.eE+-".indexOf(text.charAt(i)) < 0) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String allowed() {
            return "a decimal number such as 0.1";
        }
    }

    private static final class Time implements Type<Duration> {
        private static final long LONGEST_MILLIS = Duration.ofDays(365).toMillis();

        private final long leastMillis;

        Time(long leastMillis) {
            this.leastMillis = leastMillis;
        }

        @Override
        public Duration parse(String text) {
            int digits = Quantity.digits(text);
            long factor = Time.millisOf(text.substring(digits).strip().toLowerCase(Locale.ROOT));
            if (digits == 0 || factor == 0) {
                throw new IllegalArgumentException("is not a duration");
            }
            long millis = Quantity.product(text.substring(0, digits), factor, LONGEST_MILLIS);
            if (millis < leastMillis) {
                throw new IllegalArgumentException("must be longer than nothing");
            }
            return Duration.ofMillis(millis);
        }

        private static long millisOf(String unit) {
            return switch (unit) {
                case "", "ms" -> 1;
                case "s" -> 1_000;
                case "m" -> 60_000;
                case "h" -> 3_600_000;
                case "d" -> 86_400_000;
                default -> 0;
            };
        }

        @Override
        public void check(Duration value) {
            boolean tooLong = value.compareTo(Duration.ofMillis(LONGEST_MILLIS)) > 0;
            if (value.isNegative() || tooLong || value.compareTo(Duration.ofMillis(leastMillis)) < 0) {
                throw new IllegalArgumentException("is too short or too long");
            }
        }

        @Override
        public String allowed() {
            return "milliseconds, or a whole number with ms, s, m, h or d such as 10s, from " + leastMillis
                    + "ms to 365d";
        }

        @Override
        public String show(Duration value) {
            long millis = value.toMillis();
            if (millis == 0 && !value.isZero()) {
                return value.toString();
            }
            return millis % 1_000 == 0 && millis != 0 ? millis / 1_000 + "s" : millis + "ms";
        }
    }

    private record Size(long largestGibs, String largest) implements Type<Long> {
        private static final long KIB = 1024;
        private static final long GIB = KIB * KIB * KIB;

        @Override
        public Long parse(String text) {
            int digits = Quantity.digits(text);
            long factor = bytesOf(text.substring(digits).strip().toLowerCase(Locale.ROOT));
            if (digits == 0 || factor == 0) {
                throw new IllegalArgumentException("is not a size");
            }
            long bytes = Quantity.product(text.substring(0, digits), factor, largestGibs * GIB);
            if (bytes == 0) {
                throw new IllegalArgumentException("must be more than nothing");
            }
            return bytes;
        }

        private static long bytesOf(String unit) {
            return switch (unit) {
                case "", "b" -> 1;
                case "kib" -> KIB;
                case "mib" -> KIB * KIB;
                case "gib" -> GIB;
                default -> 0;
            };
        }

        @Override
        public String allowed() {
            return "bytes, or a whole number with KiB, MiB or GiB such as 16MiB, from 1 to " + largest;
        }

        @Override
        public String show(Long value) {
            if (value % (KIB * KIB) == 0) {
                return value / (KIB * KIB) + "MiB";
            }
            return value % KIB == 0 ? value / KIB + "KiB" : Long.toString(value);
        }
    }

    private static final class TextList implements Type<List<String>> {
        @Override
        public List<String> parse(String text) {
            return Lists.split(text);
        }

        @Override
        public void check(List<String> value) {
            // Any texts will do.
        }

        @Override
        public String allowed() {
            return "texts with commas between them";
        }

        @Override
        public String show(List<String> value) {
            return Problem.printable(String.join(",", value));
        }
    }

    /** {@code name=value} pairs as OpenTelemetry has them; values may be percent-encoded. */
    private static final class Pairs implements Type<Map<String, String>> {
        private final boolean secret;

        Pairs(boolean secret) {
            this.secret = secret;
        }

        @Override
        public Map<String, String> parse(String text) {
            return Lists.pairs(text);
        }

        @Override
        public void check(Map<String, String> value) {
            if (value.containsKey("")) {
                throw new IllegalArgumentException("has a pair without a name");
            }
        }

        @Override
        public String allowed() {
            return "name=value pairs with commas between them, special characters of a value percent-encoded";
        }

        @Override
        public String show(Map<String, String> value) {
            StringBuilder shown = new StringBuilder();
            for (Map.Entry<String, String> pair : value.entrySet()) {
                shown.append(shown.isEmpty() ? "" : ",")
                        .append(Problem.printable(pair.getKey()))
                        .append('=')
                        .append(secret ? "***" : ShownAttribute.value(pair.getKey(), pair.getValue()));
            }
            return shown.toString();
        }

        /** Also attributes: where one pair is malformed it is not known what is a value. */
        @Override
        public boolean isSecret() {
            return true;
        }
    }

    /**
     * A URL.
     *
     * @param dialled whether it is ours to connect to; one that is not may be of any kind, and hold a password
     */
    private record Url(boolean dialled) implements Type<String> {
        @Override
        public String parse(String text) {
            if (dialled) {
                var unused = HttpEndpoint.builder(text);
            }
            return text;
        }

        @Override
        public String allowed() {
            return dialled
                    ? "an http:// or https:// URL without user name or password, such as http://localhost:4318"
                    : "a URL";
        }

        @Override
        public String show(String value) {
            return Urls.withoutSecrets(value);
        }

        @Override
        public boolean isSecret() {
            return true;
        }
    }

    private record Place(String allowed) implements Type<Path> {
        @Override
        public Path parse(String text) {
            try {
                return Path.of(text);
            } catch (InvalidPathException notAPath) {
                throw new IllegalArgumentException("is not a path", notAPath);
            }
        }

        @Override
        public void check(Path value) {
            // Whether it can be read is seen when it is.
        }

        @Override
        public String show(Path value) {
            return Problem.printable(value.toString());
        }
    }

    /**
     * One of several names.
     *
     * @param foreign what OpenTelemetry also defines and we do not have: read, and reported where it is used
     */
    private record Choice(List<String> names, List<String> foreign) implements Type<String> {
        @Override
        public String parse(String text) {
            String name = text.toLowerCase(Locale.ROOT);
            if (names.contains(name) || foreign.contains(name)) {
                return name;
            }
            throw new IllegalArgumentException("is not known");
        }

        @Override
        public String allowed() {
            return String.join(", ", names);
        }
    }

    /** Some of several names; see {@link Choice}. */
    private record Choices(List<String> names, List<String> foreign) implements Type<List<String>> {
        @Override
        public List<String> parse(String text) {
            List<String> chosen = Lists.split(text.toLowerCase(Locale.ROOT));
            for (String name : chosen) {
                if (!names.contains(name) && !foreign.contains(name)) {
                    throw new IllegalArgumentException("names something that is not known");
                }
            }
            if (chosen.size() > 1 && chosen.contains("none")) {
                throw new IllegalArgumentException("names \"none\" together with others");
            }
            return chosen;
        }

        @Override
        public void check(List<String> value) {
            List<String> unused = parse(String.join(",", value));
        }

        @Override
        public String allowed() {
            return "one or several, with commas, of " + String.join(", ", names);
        }

        @Override
        public String show(List<String> value) {
            return String.join(",", value);
        }
    }

    /** A text that nobody may guess. */
    private static final class SecretText implements Type<String> {
        private static final int LEAST_CHARACTERS = 16;

        @Override
        public String parse(String text) {
            if (text.length() < LEAST_CHARACTERS) {
                throw new IllegalArgumentException("is too short");
            }
            return text;
        }

        @Override
        public String allowed() {
            return "at least " + LEAST_CHARACTERS + " characters";
        }

        @Override
        public String show(String value) {
            return "***";
        }

        @Override
        public boolean isSecret() {
            return true;
        }
    }

    /** Bytes that nobody may guess, in Base64. */
    private static final class SecretKey implements Type<String> {
        private static final int LEAST_BYTES = 16;

        @Override
        public String parse(String text) {
            int bytes;
            try {
                bytes = Base64.getDecoder().decode(text).length;
            } catch (IllegalArgumentException notBase64) {
                // Without its message, which holds a part of the key.
                throw new IllegalArgumentException("is not Base64");
            }
            if (bytes < LEAST_BYTES) {
                throw new IllegalArgumentException("is too short");
            }
            return text;
        }

        @Override
        public String allowed() {
            return "at least " + LEAST_BYTES + " random bytes in Base64";
        }

        @Override
        public String show(String value) {
            return "***";
        }

        @Override
        public boolean isSecret() {
            return true;
        }
    }
}
