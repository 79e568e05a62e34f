package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.loader.launch.LaunchedClassLoader;
import org.springframework.boot.loader.net.protocol.Handlers;

class ClassFileLinesTest {

    private static final String SHOP = """
            package com.acme;

            public class Shop implements java.util.concurrent.Callable<String> {
                private final String name =
                        String.valueOf((Object) null);

                public Shop() {
                    super();
                }

                static String open(int till) {
                    if (till > 0) {
                        throw new IllegalStateException();
                    }
                    return "open";
                }

                static String open(String till) {
                    return open(
                            till.length());
                }

                public String call() {
                    return open("till");
                }
            }
            """;

    @TempDir
    private Path directory;

    private final List<ClassLoader> loaders = new ArrayList<>();

    @Test
    void ownClass_isFoundByDefault() {
        StackTraceElement here = new Throwable().getStackTrace()[0];

        assertThat(ClassFileLines.ofApplication().firstLine(TraceFrame.of(here)))
                .isEqualTo(here.getLineNumber());
    }

    @Test
    void directory_isRead() {
        ClassFileLines lines = ClassFileLines.of(kept(SourceCompiler.loader(compiled())));

        assertShop(lines);
    }

    @Test
    void overloads_areToldApartByTheLine() {
        ClassFileLines lines = ClassFileLines.of(kept(SourceCompiler.loader(compiled())));

        assertThat(lines.firstLine(shop("open", 13))).isEqualTo(12);
        assertThat(lines.firstLine(shop("open", 19))).isEqualTo(19);
    }

    @Test
    void constructor_beginsWhereItsCodeDoes_notWithItsFields() {
        ClassFileLines lines = ClassFileLines.of(kept(SourceCompiler.loader(compiled())));

        assertThat(lines.firstLine(shop("<init>", 5))).isEqualTo(8);
        assertThat(lines.firstLine(shop("<init>", 9))).isEqualTo(8);
    }

    @Test
    void lineOfAnotherBuild_isNotKnown() {
        ClassFileLines lines = ClassFileLines.of(kept(SourceCompiler.loader(compiled())));

        assertThat(lines.firstLine(shop("open", 17))).isZero();
        assertThat(lines.firstLine(shop("close", 13))).isZero();
        assertThat(lines.firstLine(new TraceFrame("com.acme.Gone", "open", "Gone.java", 13)))
                .isZero();
        assertThat(lines.firstLine(new TraceFrame("", "", null, 0))).isZero();
    }

    @Test
    void jar_isRead() throws IOException {
        Path jar = jar("shop.jar", "", compiled());

        try (URLClassLoader loader = SourceCompiler.loader(jar)) {
            assertShop(ClassFileLines.of(loader));
        }
    }

    @Test
    void jarWithinASpringBootJar_isRead() throws IOException {
        byte[] inner = Files.readAllBytes(jar("shop.jar", "", compiled()));
        Path boot = directory.resolve("boot.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(boot))) {
            putStored(zip, "BOOT-INF/lib/shop.jar", inner);
        }
        Handlers.register();

        URL nested =
                URI.create("jar:nested:" + boot + "/!BOOT-INF/lib/shop.jar!/").toURL();
        try (LaunchedClassLoader loader =
                new LaunchedClassLoader(false, new URL[] {nested}, ClassLoader.getPlatformClassLoader())) {
            assertThat(SourceCompiler.thrownBy(loader, "com.acme.Shop")).isInstanceOf(IllegalStateException.class);
            assertShop(ClassFileLines.of(loader));
        }
    }

    @Test
    void moduleOfTheJdk_isRead() {
        StackTraceElement thrower = thrownBy(() -> List.of().iterator().next()).getStackTrace()[0];
        StackTraceElement optional = thrownBy(() -> Optional.empty().get()).getStackTrace()[0];

        ClassFileLines lines = ClassFileLines.of(ClassLoader.getSystemClassLoader());

        assertThat(lines.firstLine(TraceFrame.of(optional))).isBetween(1, optional.getLineNumber());
        assertThat(lines.firstLine(TraceFrame.of(thrower))).isBetween(1, thrower.getLineNumber());
    }

    private static Throwable thrownBy(Callable<?> call) {
        try {
            throw new AssertionError("returned " + call.call());
        } catch (Exception e) {
            return e;
        }
    }

    /** An independent reader, on all classes that there are at hand. */
    @Test
    void allClassesOfTheJdk_haveTheLinesThatAsmReads() throws IOException {
        List<Path> files;
        try (Stream<Path> base =
                Files.walk(FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", "java.base", "java"))) {
            files = base.filter(file -> file.toString().endsWith(".class")).toList();
        }
        int methods = 0;
        for (Path file : files) {
            methods += assertAsAsm(Files.readAllBytes(file));
        }
        assertThat(files).hasSizeGreaterThan(1_000);
        assertThat(methods).isGreaterThan(10_000);
    }

    @Test
    void jmod_hasTheSameClasses() throws IOException {
        Path jmod = Path.of(System.getProperty("java.home"), "jmods", "java.base.jmod");
        Assumptions.assumeTrue(Files.exists(jmod), "this JDK has no jmods");

        try (ZipFile zip = new ZipFile(jmod.toFile());
                InputStream entry = zip.getInputStream(zip.getEntry("classes/java/util/Optional.class"))) {
            assertThat(assertAsAsm(entry.readAllBytes())).isPositive();
        }
    }

    private static int assertAsAsm(byte[] classFile) {
        MethodLines lines = MethodLines.of(classFile);
        Map<String, List<Integer>> expected = new TreeMap<>();
        new ClassReader(classFile)
                .accept(
                        new ClassVisitor(Opcodes.ASM9) {
                            @Override
                            public MethodVisitor visitMethod(
                                    int access, String name, String type, String signature, String[] exceptions) {
                                return new MethodVisitor(Opcodes.ASM9) {
                                    @Override
                                    public void visitLineNumber(int line, Label start) {
                                        expected.computeIfAbsent(name, key -> new ArrayList<>())
                                                .add(line);
                                    }
                                };
                            }
                        },
                        ClassReader.SKIP_FRAMES);
        expected.forEach((method, all) -> assertThat(all)
                .as(method)
                .allSatisfy(line -> assertThat(lines.firstLine(method, line)).isIn(all)));
        return expected.size();
    }

    @Test
    void brokenFiles_haveNoLines() {
        byte[] file = shopClass();
        for (int length = 0; length < file.length - 20; length += 7) {
            assertThat(MethodLines.of(Arrays.copyOf(file, length)).size()).isPositive();
        }
        for (int i = 0; i < file.length; i++) {
            byte[] flipped = file.clone();
            flipped[i] ^= (byte) 0xff;
            assertThat(MethodLines.of(flipped).size()).isPositive();
        }
        assertThat(MethodLines.of(new byte[0])).isSameAs(MethodLines.NONE);
    }

    @Test
    void unreadableFile_isTriedAgain() {
        List<String> asked = new ArrayList<>();
        byte[] file = shopClass();
        ClassFileLines lines = answering(() -> {
            asked.add("again");
            if (asked.size() == 1) {
                throw new IllegalStateException("the web application is stopping");
            }
            return new ByteArrayInputStream(file);
        });

        assertThat(lines.firstLine(shop("open", 13))).isZero();
        assertThat(lines.firstLine(shop("open", 13))).isEqualTo(12);
        assertThat(lines.firstLine(shop("open", 13))).isEqualTo(12);
        assertThat(asked).hasSize(2);
    }

    @Test
    void cache_isBounded() {
        byte[] file = shopClass();
        ClassFileLines lines = answering(() -> new ByteArrayInputStream(file));

        for (int i = 0; i < 5_000; i++) {
            assertThat(lines.firstLine(new TraceFrame("com.acme.Shop" + i, "open", "Shop.java", 13)))
                    .isEqualTo(12);
        }

        assertThat(lines).hasToString("ClassFileLines[1024 classes]");
    }

    @Test
    void hugeFile_isNotRead() {
        ClassFileLines lines = answering(() -> new InputStream() {
            @Override
            public int read() {
                return 0xca;
            }
        });

        assertThat(lines.firstLine(shop("open", 13))).isZero();
    }

    private ClassFileLines answering(Supplier<InputStream> file) {
        return ClassFileLines.of(kept(new ClassLoader(null) {
            @Override
            public InputStream getResourceAsStream(String name) {
                return file.get();
            }
        }));
    }

    /** For as long as the test runs: what it tests does not keep it. */
    private ClassLoader kept(ClassLoader loader) {
        loaders.add(loader);
        return loader;
    }

    @Test
    void loader_isNotKept() throws IOException {
        URLClassLoader loader = SourceCompiler.loader(compiled());
        WeakReference<ClassLoader> reference = new WeakReference<>(loader);
        ClassFileLines lines = ClassFileLines.of(loader);
        assertShop(lines);
        loader.close();
        loader = null;

        assertCollected(reference);
        assertShop(lines);
    }

    private static void assertCollected(WeakReference<?> reference) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (reference.get() != null && System.nanoTime() < deadline) {
            System.gc();
        }
        assertThat(reference.get()).isNull();
    }

    private static void assertShop(ClassFileLines lines) {
        assertThat(lines.firstLine(shop("open", 13))).isEqualTo(12);
        assertThat(lines.firstLine(shop("call", 24))).isEqualTo(24);
    }

    private static TraceFrame shop(String method, int line) {
        return new TraceFrame("com.acme.Shop", method, "Shop.java", line);
    }

    private Path compiled() {
        return SourceCompiler.compile(directory, "com.acme.Shop", SHOP);
    }

    private byte[] shopClass() {
        try {
            return Files.readAllBytes(compiled().resolve("com/acme/Shop.class"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path jar(String name, String prefix, Path classes) throws IOException {
        Path jar = directory.resolve(name);
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry(prefix + "com/acme/Shop.class"));
            zip.write(Files.readAllBytes(classes.resolve("com/acme/Shop.class")));
            zip.closeEntry();
        }
        return jar;
    }

    /** Not compressed, as a jar within a jar has to be. */
    private static void putStored(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
