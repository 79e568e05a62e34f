package io.dharma.tracing.spool;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.internal.segment.PrivateDirectory;
import io.dharma.tracing.internal.segment.Uninterrupted;
import io.dharma.tracing.spi.BackgroundLog;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who has which folder in a directory that several processes use.
 *
 * <pre>
 * INSTANCE.lock      locked for as long as its process lives
 * INSTANCE.0         what that process writes
 * INSTANCE.1 ...     what it inherited
 * left.INSTANCE.0    what it left when it ended in good order
 * </pre>
 *
 * <p>A folder whose process is dead is inherited by giving it another name, which only one of several can: whoever
 * comes second does not find it. A lock is made before the folders that it stands for, and says nothing but whether its
 * process is alive.
 *
 * <p>Whoever else may write to the directory, as its group may, could put there what looks like a folder: a link that
 * leads elsewhere, or what he made himself. So only what this process's user made is inherited.
 *
 * <p>Locks are the process's, so they cannot tell two spools of one JVM from each other, and closing a locked file
 * anywhere in the JVM gives up the lock. So the instance says which JVM it is of, and locks of one's own are never
 * touched; whoever ends in good order renames the folders.
 *
 * <p>One thread at a time.
 */
final class SpoolDirectory {

    private static final BackgroundLog log = BackgroundLog.of(Spool.class);

    private static final Pattern FOLDER = Pattern.compile("(left\\.)?([0-9a-f]+-[0-9a-f]+-[0-9a-f]+)\\.([0-9]{1,9})");
    private static final String LEFT = "left.";
    private static final String LOCK = ".lock";

    /** One without a lock may belong to somebody who is about to make it again: they look more often than this. */
    private static final long UNLOCKED_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** What is ours by now. */
    record Folder(int number, Path path) {}

    private final Path configured;
    private final Path base;
    private final Disk disk;
    private final LongSupplier nanoTime;
    private String jvm = "";
    private String instance = "";
    private final Map<String, Long> unlockedSince = new HashMap<>();
    private final Set<Path> leftAlone = new HashSet<>();
    private @Nullable PrivateDirectory privately;
    private @Nullable FileChannel lock;
    private int lastNumber;

    /**
     * @param configured what the user named: the base itself, or what it is in, which has to be as private: whoever
     *     decides about that one could put another base in the place of this one
     */
    SpoolDirectory(Path configured, Path base, Disk disk, LongSupplier nanoTime) {
        this.configured = configured;
        this.base = base;
        this.disk = disk;
        this.nanoTime = nanoTime;
    }

    /** The same for whoever is in this JVM, in whatever class loader, and for no other process of this machine. */
    private static String jvm() {
        ProcessHandle process = ProcessHandle.current();
        long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return Long.toHexString(process.pid()) + "-" + Long.toHexString(start);
    }

    // ---- one's own

    /** Makes what is not there, and returns the folder to write to. Also for when somebody deleted it. */
    Path open() throws IOException {
        if (instance.isEmpty()) {
            // Not when the application starts: the first time that one asks for it takes milliseconds.
            jvm = jvm();
            instance = jvm + "-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        }
        PrivateDirectory place = PrivateDirectory.prepare(disk, configured);
        privately = base.equals(configured) ? place : PrivateDirectory.prepare(disk, base);
        if (lock == null || !disk.isThere(lockOf(instance))) {
            Uninterrupted.run(this::lock);
        }
        Path own = folder(0);
        if (!disk.isThere(own)) {
            disk.createDirectory(own);
        }
        return own;
    }

    private void lock() throws IOException {
        unlock();
        FileChannel channel = disk.open(lockOf(instance), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        lock = channel;
        if (channel.tryLock() == null) {
            unlock();
            throw new FileSystemException(lockOf(instance).toString(), null, "is locked by somebody else");
        }
    }

    private void unlock() throws IOException {
        FileChannel channel = lock;
        lock = null;
        if (channel != null) {
            channel.close();
        }
    }

    /** Whether all is where it was. */
    boolean isIntact() {
        return disk.isThere(lockOf(instance)) && disk.isThere(folder(0));
    }

    private Path lockOf(String owner) {
        return base.resolve(owner + LOCK);
    }

    private Path folder(int number) {
        return base.resolve(instance + "." + number);
    }

    // ---- those of others

    /** What dead processes left behind and is ours from now on. Each is returned once. */
    List<Folder> inherit(Set<Integer> known) throws IOException {
        List<Folder> inherited = new ArrayList<>();
        Map<String, List<Path>> byOwner = new TreeMap<>();
        List<Path> present = disk.list(base);
        leftAlone.retainAll(present);
        for (Path path : present) {
            String name = path.getFileName().toString();
            Matcher folder = FOLDER.matcher(name);
            if (name.endsWith(LOCK)) {
                byOwner.computeIfAbsent(name.substring(0, name.length() - LOCK.length()), owner -> new ArrayList<>());
            } else if (folder.matches() && folder.group(1) != null) {
                take(path, inherited);
            } else if (folder.matches() && folder.group(2).equals(instance)) {
                resume(new Folder(Integer.parseInt(folder.group(3)), path), known, inherited);
            } else if (folder.matches()) {
                byOwner.computeIfAbsent(folder.group(2), owner -> new ArrayList<>())
                        .add(path);
            }
        }
        unlockedSince.keySet().retainAll(byOwner.keySet());
        for (Map.Entry<String, List<Path>> owner : byOwner.entrySet()) {
            inheritFrom(owner.getKey(), owner.getValue(), inherited);
        }
        return inherited;
    }

    /** Renamed before, but something went wrong after that. */
    private void resume(Folder folder, Set<Integer> known, List<Folder> inherited) throws IOException {
        if (folder.number() > 0 && !known.contains(folder.number()) && isOurs(folder.path())) {
            inherited.add(folder);
        }
    }

    private void inheritFrom(String owner, List<Path> folders, List<Folder> inherited) {
        if (owner.startsWith(jvm + "-")) {
            return;
        }
        Path ownersLock = lockOf(owner);
        boolean odd = folders.isEmpty() || !disk.isThere(ownersLock);
        if (odd && !isOddForLong(owner)) {
            return;
        }
        try (FileChannel probe = disk.open(ownersLock, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            if (probe.tryLock() == null) {
                return;
            }
            boolean all = true;
            for (Path folder : folders) {
                all &= take(folder, inherited);
            }
            if (all) {
                disk.delete(ownersLock);
            }
        } catch (OverlappingFileLockException probedByAnotherThread) {
            log.debug("Another spool of this JVM is faster");
        } catch (IOException notForUs) {
            log.debug("What is left in {} cannot be looked at: {}", ownersLock, notForUs.toString());
        }
    }

    private boolean isOddForLong(String owner) {
        long now = nanoTime.getAsLong();
        Long since = unlockedSince.putIfAbsent(owner, now);
        return since != null && now - since >= UNLOCKED_NANOS;
    }

    /** Returns false if it stays where it is. */
    private boolean take(Path folder, List<Folder> inherited) {
        try {
            if (!isOurs(folder)) {
                return !disk.isThere(folder);
            }
            if (SpoolFolder.isNewer(disk, folder)) {
                leaveAlone(folder, "was written by a later release");
                return false;
            }
            Path ours = folder(lastNumber + 1);
            disk.move(folder, ours);
            lastNumber++;
            inherited.add(new Folder(lastNumber, ours));
            return true;
        } catch (IOException anotherWasFaster) {
            log.debug("{} is not inherited: {}", folder, anotherWasFaster.toString());
            return !disk.isThere(folder);
        }
    }

    private boolean isOurs(Path folder) throws IOException {
        boolean ours = privately != null && SpoolFolder.isOwn(privately, disk, folder);
        // Else another process was faster.
        if (!ours && disk.isThere(folder)) {
            leaveAlone(folder, "is no directory that the user of this process made");
        }
        return ours;
    }

    private void leaveAlone(Path folder, String why) {
        if (leftAlone.add(folder)) {
            log.warn("{} {} and is left alone", folder, why);
        }
    }

    // ---- the end

    /** Lets others have what is left, at once. */
    void close() throws IOException {
        if (lock == null) {
            return;
        }
        try {
            for (Path path : disk.list(base)) {
                String name = path.getFileName().toString();
                Matcher folder = FOLDER.matcher(name);
                if (folder.matches()
                        && folder.group(1) == null
                        && folder.group(2).equals(instance)) {
                    disk.move(path, base.resolve(LEFT + name));
                }
            }
            disk.delete(lockOf(instance));
        } finally {
            // What could not be renamed is another process's from now on, as if this one had died.
            unlock();
        }
    }
}
