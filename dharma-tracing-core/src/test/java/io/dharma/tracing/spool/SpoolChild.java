package io.dharma.tracing.spool;

import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another process with a spool.
 *
 * <ul>
 *   <li>{@code write DIRECTORY NAME}: writes {@code NAME-0}, {@code NAME-1} and so on for ever, every third with high
 *       priority, and says after each flush how many are flushed
 *   <li>{@code inherit DIRECTORY}: says it is ready, waits for a line, and prints all records that it inherits
 * </ul>
 */
final class SpoolChild {

    private SpoolChild() {}

    static Priority priorityOf(long number) {
        return number % 3 == 0 ? Priority.HIGH : Priority.NORMAL;
    }

    static String text(String name, long number) {
        return name + "-" + number + "-" + "x".repeat((int) (number * 31 % 700));
    }

    public static void main(String[] arguments) throws Exception {
        Spool<String> spool =
                Spool.builder(Path.of(arguments[1]), TextCodec.INSTANCE).build();
        Journal.Reader<String> reader = spool.reader("otlp");
        if (arguments[0].equals("write")) {
            write(spool, arguments[2]);
        } else {
            inherit(reader);
        }
    }

    private static void write(Spool<String> spool, String name) {
        long number = 0;
        while (true) {
            for (int i = 0; i < 50; i++) {
                if (spool.append(text(name, number), priorityOf(number)) == Journal.NOT_WRITTEN) {
                    throw new IllegalStateException(spool.stats().toString());
                }
                number++;
            }
            spool.flush();
            System.out.println(number);
        }
    }

    private static void inherit(Journal.Reader<String> reader) throws Exception {
        System.out.println("ready");
        int unused = System.in.read();
        List<String> all = new ArrayList<>(Spools.inheritedTexts(reader));
        all.forEach(System.out::println);
        System.out.println("done");
        // Stays alive until told, so that nobody inherits from it what it has inherited.
        int told = System.in.read();
        Runtime.getRuntime().halt(told < 0 ? 0 : 1);
    }
}
