package io.dharma.tracing.benchmarks;

import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.spool.FsyncPolicy;
import io.dharma.tracing.spool.RecordCodec;
import io.dharma.tracing.spool.Spool;
import io.dharma.tracing.spool.SpoolState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a record of 512 bytes costs that is written to disk with 511 others: by the spool with one sink that acknowledges
 * it, and by nothing but appending bytes to a file. Once with the disk synchronized every second, as it is by default,
 * and once after every batch.
 *
 * <p>There is one writer, so only one thread makes sense: {@code -Dbenchmarks.threads=1}. The files are in the temporary
 * directory; {@code -jvmArgs -Djava.io.tmpdir=DIRECTORY} among the {@code benchmarks.args} measures another disk.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
@Fork(2)
public class SpoolBenchmark {

    private static final int BATCH = 512;
    private static final int BYTES = 512;

    private static byte[] record() {
        byte[] record = new byte[BYTES];
        new Random(1).nextBytes(record);
        return record;
    }

    /** The spool. */
    @State(Scope.Thread)
    public abstract static class Dharma {

        private static final RecordCodec<byte[]> CODEC = new RecordCodec<>() {
            @Override
            public void encode(byte[] record, OutputStream out) throws IOException {
                out.write(record);
            }

            @Override
            public byte[] decode(byte[] bytes) {
                return bytes;
            }

            @Override
            public int heapSize(byte[] record) {
                return record.length;
            }
        };

        private final byte[] record = record();
        private final FsyncPolicy fsync;
        private @Nullable Path directory;
        private @Nullable Spool<byte[]> spool;
        private Journal.@Nullable Reader<byte[]> sink;

        Dharma(FsyncPolicy fsync) {
            this.fsync = fsync;
        }

        @Setup(Level.Trial)
        public void open() throws IOException {
            directory = Files.createTempDirectory("spool");
            Spool<byte[]> opened = Spool.builder(directory.resolve("spool"), CODEC)
                    .fsync(fsync)
                    .build();
            sink = opened.reader("otlp");
            spool = opened;
        }

        long write() {
            Spool<byte[]> spool = Objects.requireNonNull(this.spool);
            Journal.Reader<byte[]> sink = Objects.requireNonNull(this.sink);
            long position = 0;
            for (int i = 0; i < BATCH; i++) {
                position = spool.append(record, Priority.NORMAL);
            }
            spool.flush();
            for (long settled = position - BATCH + 1; settled <= position; settled++) {
                sink.acknowledge(Priority.NORMAL, settled);
            }
            return position;
        }

        /** What was measured has to have been written. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            Spool<byte[]> spool = Objects.requireNonNull(this.spool);
            boolean wrote =
                    spool.stats().state() == SpoolState.WRITING && spool.stats().notWritten() == 0;
            spool.close();
            delete(Objects.requireNonNull(directory));
            if (!wrote) {
                throw new IllegalStateException(spool.stats().toString());
            }
        }
    }

    /** As it is by default. */
    public static class DharmaEverySecond extends Dharma {
        public DharmaEverySecond() {
            super(FsyncPolicy.EVERY_SECOND);
        }
    }

    /** Synchronized after every batch. */
    public static class DharmaEachBatch extends Dharma {
        public DharmaEachBatch() {
            super(FsyncPolicy.EACH_BATCH);
        }
    }

    /** Bytes at the end of a file. */
    @State(Scope.Thread)
    public static class Floor {

        private static final long FILE_BYTES = 8L << 20;

        private final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH * BYTES);
        private Path directory = Path.of("");
        private @Nullable FileChannel file;
        private long syncedAt = System.nanoTime();
        private int files;

        @Setup(Level.Trial)
        public void open() throws IOException {
            directory = Files.createTempDirectory("floor");
            byte[] record = record();
            for (int i = 0; i < BATCH; i++) {
                batch.put(record);
            }
        }

        long write(boolean sync) throws IOException {
            FileChannel open = file();
            batch.rewind();
            while (batch.hasRemaining()) {
                open.write(batch);
            }
            if (sync || System.nanoTime() - syncedAt >= 1_000_000_000L) {
                open.force(false);
                syncedAt = System.nanoTime();
            }
            return open.position();
        }

        private FileChannel file() throws IOException {
            FileChannel open = file;
            if (open != null && open.position() + batch.capacity() > FILE_BYTES) {
                open.close();
                Files.delete(directory.resolve(String.valueOf(files)));
                open = null;
            }
            if (open == null) {
                files++;
                open = FileChannel.open(
                        directory.resolve(String.valueOf(files)),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE);
                file = open;
            }
            return open;
        }

        @TearDown(Level.Trial)
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
            delete(directory);
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long batch_dharma(DharmaEverySecond dharma) {
        return dharma.write();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long batch_floor(Floor floor) throws IOException {
        return floor.write(false);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long syncedBatch_dharma(DharmaEachBatch dharma) {
        return dharma.write();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long syncedBatch_floor(Floor floor) throws IOException {
        return floor.write(true);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
