package io.dharma.tracing.errors.fingerprint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Compiles a source with the JDK's own compiler, and runs what it made. */
final class SourceCompiler {

    private SourceCompiler() {}

    /** Into a directory, which is then a class path. */
    static Path compile(Path directory, String className, String source) {
        try {
            Path file =
                    directory.resolve("source").resolve(className.substring(className.lastIndexOf('.') + 1) + ".java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, source);
            Path classes = Files.createDirectories(directory.resolve("classes"));
            JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
            int result = compiler.run(null, null, null, "-g", "-d", classes.toString(), file.toString());
            if (result != 0) {
                throw new IllegalArgumentException("not compiled: " + source);
            }
            return classes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A class loader of these, which are directories or jars, and of nothing else but the JDK. */
    static URLClassLoader loader(Path... classPath) {
        URL[] urls = new URL[classPath.length];
        for (int i = 0; i < urls.length; i++) {
            try {
                urls[i] = classPath[i].toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    /** What the class, a {@code Callable}, throws. */
    static Throwable thrownBy(ClassLoader loader, String className) {
        try {
            Callable<?> callable = (Callable<?>)
                    loader.loadClass(className).getDeclaredConstructor().newInstance();
            throw new AssertionError("returned " + callable.call());
        } catch (Exception e) {
            return e;
        }
    }
}
