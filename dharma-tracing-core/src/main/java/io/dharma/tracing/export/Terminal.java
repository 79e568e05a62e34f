package io.dharma.tracing.export;

import java.io.Console;
import java.nio.charset.Charset;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the place we print to can show. */
final class Terminal {

    private Terminal() {}

    /** Whether this process prints to a terminal that wants colours; see no-color.org. */
    static boolean wantsColors() {
        return wantsColors(System.getenv(), isInteractive(System.console()));
    }

    static boolean wantsColors(Map<String, String> environment, boolean interactive) {
        String noColor = environment.getOrDefault("NO_COLOR", "");
        return interactive && noColor.isEmpty() && !"dumb".equals(environment.get("TERM"));
    }

    /** From JDK 22 on there is a console even when the output is a file; it says itself whether it is a terminal. */
    private static boolean isInteractive(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Whether the lines of a tree arrive on the standard output as what they are. */
    static boolean showsTrees() {
        String name = System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding", ""));
        try {
            Charset charset = name.isEmpty() ? Charset.defaultCharset() : Charset.forName(name);
            return charset.newEncoder().canEncode('└');
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            return false;
        }
    }
}
