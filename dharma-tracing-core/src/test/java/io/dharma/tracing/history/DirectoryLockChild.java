package io.dharma.tracing.history;

import io.dharma.tracing.internal.segment.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** Another process that wants a directory, and says whether it got it, or why not. */
final class DirectoryLockChild {

    static final String TAKEN = "it is this process's";

    private DirectoryLockChild() {}

    public static void main(String[] arguments) {
        try {
            DirectoryLock.take(Disk.system(), Path.of(arguments[0])).close();
            System.out.println(TAKEN);
        } catch (IOException e) {
            System.out.println(e.getMessage());
        }
    }
}
