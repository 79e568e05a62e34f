package io.dharma.tracing.redaction;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers of bank accounts (ISO 13616), in one piece or in groups of four, whose length and check digits are right. */
final class IbanScanner implements Scanner {

    private static final int LONGEST = 34;

    /** Countries and the lengths of their numbers. */
    private static final String LENGTHS =
            "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 "
                    + "DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 "
                    + "IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 "
                    + "MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 "
                    + "SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

    private final Map<Integer, Integer> lengths = new HashMap<>();

    IbanScanner() {
        for (String country : LENGTHS.split(" ", -1)) {
            lengths.put(country(country.charAt(0), country.charAt(1)), Integer.valueOf(country.substring(2)));
        }
    }

    private static int country(char first, char second) {
        return first << 8 | second;
    }

    @Override
    public String triggers() {
        return "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        if (at + 15 > text.length()
                || !Ascii.isUpper(text.charAt(at + 1))
                || !Ascii.isDigit(text.charAt(at + 2))
                || !Ascii.isDigit(text.charAt(at + 3))) {
            return null;
        }
        Integer length = lengths.get(country(text.charAt(at), text.charAt(at + 1)));
        return length == null ? null : find(text, at, length);
    }

    private static @Nullable Find find(CharSequence text, int at, int length) {
        char[] number = new char[LONGEST];
        int read = 0;
        int i = at;
        while (read < length && i < text.length()) {
            char c = text.charAt(i);
            boolean gap = read > 0 && read % 4 == 0 && (c == ' ' || c == '-') && !isGap(text.charAt(i - 1));
            if (!gap) {
                if (!Ascii.isDigit(c) && !Ascii.isUpper(c)) {
                    return null;
                }
                number[read++] = c;
            }
            i++;
        }
        boolean whole = read == length && !Ascii.isWordAt(text, i);
        return whole && remainder(number, length) == 1 ? Find.secret(at, i, Rule.IBAN) : null;
    }

    private static boolean isGap(char c) {
        return c == ' ' || c == '-';
    }

    /** Modulo 97 of the number with its first four characters moved to the end and letters counted from ten. */
    private static int remainder(char[] number, int length) {
        int remainder = 0;
        for (int i = 0; i < length; i++) {
            char c = number[(i + 4) % length];
            remainder = Ascii.isDigit(c) ? (remainder * 10 + c - '0') % 97 : (remainder * 100 + c - 'A' + 10) % 97;
        }
        return remainder;
    }
}
