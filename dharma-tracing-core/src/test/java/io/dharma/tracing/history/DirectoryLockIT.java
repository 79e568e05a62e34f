package io.dharma.tracing.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.testsupport.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several class loaders of one process, and another process, with one directory. */
@Timeout(60)
class DirectoryLockIT {

    @TempDir
    Path directory;

    @Test
    void attemptOfAnotherClassLoader_leavesTheLockToItsOwner() throws Exception {
        DirectoryLock lock = DirectoryLock.take(Disk.system(), directory);
        try (URLClassLoader another = anotherClassLoader()) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> takeBy(another))
                    .withMessageContaining("another process keeps its history there");

            assertThat(takeByAnotherProcess()).contains("another process keeps its history there");
        } finally {
            lock.close();
        }
        assertThat(takeByAnotherProcess()).contains(DirectoryLockChild.TAKEN);
    }

    @Test
    void directoryThatAnotherClassLoaderLetGoOf_canBeTaken() throws Exception {
        try (URLClassLoader another = anotherClassLoader()) {
            Object lock = Objects.requireNonNull(takeBy(another));
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> DirectoryLock.take(Disk.system(), directory))
                    .withMessageContaining("another process keeps its history there");
            call(lock.getClass().getDeclaredMethod("close"), lock);
        }

        DirectoryLock.take(Disk.system(), directory).close();
    }

    private String takeByAnotherProcess() throws IOException, InterruptedException {
        return new ChildJvm().run(DirectoryLockChild.class, directory.toString());
    }

    /** With the same class path, and no class in common but those of Java. */
    private static URLClassLoader anotherClassLoader() throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private @Nullable Object takeBy(ClassLoader loader) throws Exception {
        Class<?> disk = loader.loadClass(Disk.class.getName());
        Class<?> lock = loader.loadClass(DirectoryLock.class.getName());
        Object system = call(disk.getDeclaredMethod("system"), null);
        return call(lock.getDeclaredMethod("take", disk, Path.class), null, system, directory);
    }

    private static @Nullable Object call(Method method, @Nullable Object target, @Nullable Object... arguments)
            throws Exception {
        method.setAccessible(true);
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception thrown ? thrown : e;
        }
    }
}
