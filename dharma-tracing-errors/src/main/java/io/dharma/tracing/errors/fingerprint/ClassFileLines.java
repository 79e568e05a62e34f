package io.dharma.tracing.errors.fingerprint;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Knows where methods begin from the class files that the application runs on, wherever its class loaders have them:
 * directories, jars, the JDK's own modules, jars within jars.
 *
 * <p>Any thread, but not one that serves a request: the first look at a class reads its file, which takes 0.1 ms, and
 * several where it is large or the first of its jar. What was read is kept, of at most {@value #MAX_CLASSES} classes and 2 MiB. Class loaders are not kept from being collected.
 */
public final class ClassFileLines implements LineLookup {

    private static final int MAX_CLASSES = 1024;
    private static final int MAX_NUMBERS = 512 * 1024;
    private static final int MAX_CLASS_FILE = 4 * 1024 * 1024;

    private final List<WeakReference<ClassLoader>> loaders;
    private final Map<String, MethodLines> known = new LinkedHashMap<>(64, 0.75f, true);
    private int numbers;

    private ClassFileLines(List<WeakReference<ClassLoader>> loaders) {
        this.loaders = loaders;
    }

    /**
     * Asks these class loaders.
     *
     * @param loaders who is asked for a class file, in this order; each asks its parents as it always does
     */
    public static ClassFileLines of(ClassLoader... loaders) {
        return new ClassFileLines(
                Arrays.stream(loaders).distinct().map(WeakReference::new).toList());
    }

    /** Asks the calling thread's context class loader, that of this library, and the system's. */
    public static ClassFileLines ofApplication() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader system = ClassLoader.getSystemClassLoader();
        ClassLoader own = Objects.requireNonNullElse(ClassFileLines.class.getClassLoader(), system);
        return of(Objects.requireNonNullElse(context, own), own, system);
    }

    @Override
    public int firstLine(TraceFrame frame) {
        MethodLines lines = cached(frame.className());
        if (lines == null) {
            lines = read(frame.className());
        }
        return lines.firstLine(frame.method(), frame.line());
    }

    private @Nullable MethodLines cached(String className) {
        synchronized (known) {
            return known.get(className);
        }
    }

    /** A file that could not be read is tried again next time; one that is not there is not. */
    private MethodLines read(String className) {
        try {
            MethodLines lines = MethodLines.of(bytes(className.replace('.', '/') + ".class"));
            remember(className, lines);
            return lines;
        } catch (IOException | RuntimeException | LinkageError unreadable) {
            // Class loaders are the application's: one that is closed, or for good reasons refuses, may throw anything.
            return MethodLines.NONE;
        }
    }

    /** Empty where nobody has it, or where it is too large to be of interest. */
    private byte[] bytes(String resource) throws IOException {
        for (WeakReference<ClassLoader> reference : loaders) {
            ClassLoader loader = reference.get();
            try (InputStream stream = loader == null ? null : loader.getResourceAsStream(resource)) {
                if (stream != null) {
                    byte[] bytes = stream.readNBytes(MAX_CLASS_FILE + 1);
                    return bytes.length > MAX_CLASS_FILE ? new byte[0] : bytes;
                }
            }
        }
        return new byte[0];
    }

    private void remember(String className, MethodLines lines) {
        synchronized (known) {
            MethodLines before = known.put(className, lines);
            numbers += lines.size() - (before == null ? 0 : before.size());
            var eldest = known.entrySet().iterator();
            while (known.size() > MAX_CLASSES || (numbers > MAX_NUMBERS && known.size() > 1)) {
                numbers -= eldest.next().getValue().size();
                eldest.remove();
            }
        }
    }

    /** How many classes it remembers. */
    @Override
    public String toString() {
        synchronized (known) {
            return "ClassFileLines[" + known.size() + " classes]";
        }
    }
}
