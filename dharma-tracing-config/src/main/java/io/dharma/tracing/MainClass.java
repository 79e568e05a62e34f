package io.dharma.tracing;

import java.io.IOException;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** Which class the process was started with. */
final class MainClass {

    private MainClass() {}

    /** Its name; null if nobody can tell, as when there was none. Reads the manifest of a jar that was started. */
    static @Nullable String find() {
        String command = System.getProperty("sun.java.command", "").trim();
        int end = command.indexOf(' ');
        String started = end < 0 ? command : command.substring(0, end);
        if (started.endsWith(".jar")) {
            return ofJar(command);
        }
        // Of a module there is its name before it.
        String name = started.substring(started.lastIndexOf('/') + 1);
        return name.isEmpty() ? null : name;
    }

    /** The path may have spaces in it, and arguments follow: the first that is a jar counts. */
    private static @Nullable String ofJar(String command) {
        int end = command.indexOf(".jar");
        try (JarFile jar = new JarFile(command.substring(0, end + ".jar".length()))) {
            Manifest manifest = jar.getManifest();
            return manifest == null ? null : ofManifest(manifest.getMainAttributes());
        } catch (IOException | SecurityException unreadable) {
            return null;
        }
    }

    /** Spring Boot's launcher is the main class there, and starts another one. */
    private static @Nullable String ofManifest(Attributes attributes) {
        String started = attributes.getValue("Start-Class");
        return started == null ? attributes.getValue(Attributes.Name.MAIN_CLASS) : started;
    }
}
