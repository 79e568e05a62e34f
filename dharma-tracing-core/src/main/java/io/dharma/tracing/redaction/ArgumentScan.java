package io.dharma.tracing.redaction;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passwords that {@link ClientScanner} finds on a command line, where that is a list of arguments: {@code sshpass},
 * {@code -p}, {@code hunter2}. Any thread.
 */
final class ArgumentScan {

    private static final ClientScanner CLIENTS = new ClientScanner();

    /**
     * Where a password stands.
     *
     * @param argument the place of the argument in its list
     * @param from where it begins within that; it goes on to the end, whatever blanks it has
     */
    record Place(int argument, int from) {}

    private final List<?> arguments;
    private final StringBuilder line = new StringBuilder();
    private final int[] starts;

    private ArgumentScan(List<?> arguments) {
        this.arguments = arguments;
        this.starts = new int[arguments.size()];
        for (int i = 0; i < starts.length; i++) {
            line.append(i == 0 ? "" : " ");
            starts[i] = line.length();
            line.append(arguments.get(i));
        }
    }

    /** Null if there is none. Costs next to nothing unless an argument begins with the option. */
    static @Nullable Place password(List<?> arguments) {
        for (Object argument : arguments) {
            if (argument instanceof String text && text.startsWith("-p")) {
                return new ArgumentScan(arguments).find();
            }
        }
        return null;
    }

    private @Nullable Place find() {
        for (int i = 0; i < starts.length; i++) {
            int name = starts[i] + String.valueOf(arguments.get(i)).lastIndexOf('/') + 1;
            Find find = CLIENTS.at(line, name, 0);
            if (find != null) {
                return place(find.start(), i);
            }
        }
        return null;
    }

    private Place place(int index, int from) {
        int argument = from;
        while (argument + 1 < starts.length && starts[argument + 1] <= index) {
            argument++;
        }
        return new Place(argument, index - starts[argument]);
    }
}
