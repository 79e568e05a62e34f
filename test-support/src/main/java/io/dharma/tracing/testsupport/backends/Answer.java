package io.dharma.tracing.testsupport.backends;

import java.util.Properties;

/** What became of an attempt to start a server. */
sealed interface Answer {

    /** It runs at this address, watched over by the process {@code keeper}. */
    record Running(String address, long keeper) implements Answer {}

    /** It did not start, for this reason; nobody tries again in this build. */
    record Failed(String reason) implements Answer {}

    /** This machine cannot run it, and need not. */
    record Absent(String reason) implements Answer {}

    /** Whether it still holds: a server may have died since. */
    default boolean holds() {
        return !(this instanceof Running running)
                || ProcessHandle.of(running.keeper()).isPresent();
    }

    default Properties write() {
        Properties properties = new Properties();
        if (this instanceof Running running) {
            properties.setProperty("address", running.address());
            properties.setProperty("keeper", Long.toString(running.keeper()));
        } else if (this instanceof Failed failed) {
            properties.setProperty("failed", failed.reason());
        } else if (this instanceof Absent absent) {
            properties.setProperty("absent", absent.reason());
        }
        return properties;
    }

    static Answer read(Properties properties) {
        if (properties.containsKey("address")) {
            return new Running(properties.getProperty("address"), Long.parseLong(properties.getProperty("keeper")));
        }
        return properties.containsKey("absent")
                ? new Absent(properties.getProperty("absent"))
                : new Failed(properties.getProperty("failed", "unknown"));
    }
}
