package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source is edited, compiled again and fails again. */
class EditedFileTest {

    private static final String SHOP = """
            package com.acme;

            public class Shop implements java.util.concurrent.Callable<String> {
                public String call() {
                    java.util.function.Supplier<String> body = () -> {
                        String name = "till";
                        return open(name);
                    };
                    return body.get();
                }

                static String open(String till) {
                    int length = till.length();
                    if (length > 0) {
                        throw new IllegalStateException("stuck " + length);
                    }
                    return "open";
                }
            }
            """;

    @TempDir
    private Path directory;

    private int builds;

    @Test
    void editAbove_keepsGroup() throws IOException {
        Fingerprint before = fingerprint(SHOP);
        Fingerprint after = fingerprint(SHOP.replace(
                "    public String call() {",
                "    // A new comment.\n    static void other() {}\n\n    public String call() {"));

        assertThat(before.explanation().line()).isEqualTo("+2");
        assertThat(after.explanation().frame()).extracting(TraceFrame::line).isEqualTo(18);
        assertThat(after.group()).isEqualTo(before.group());
        assertThat(after.exact()).isEqualTo(before.exact());
    }

    @Test
    void editBelow_keepsGroup() throws IOException {
        assertThat(fingerprint(SHOP.replace("return \"open\";", "return \"open\" + till;\n\n"))
                        .group())
                .isEqualTo(fingerprint(SHOP).group());
    }

    @Test
    void editWithin_keepsFamily() throws IOException {
        Fingerprint before = fingerprint(SHOP);
        Fingerprint after = fingerprint(SHOP.replace("if (length > 0) {", "length++;\n        if (length > 0) {"));

        assertThat(after.group()).isNotEqualTo(before.group());
        assertThat(after.family()).isEqualTo(before.family());
    }

    @Test
    void anotherLambdaBefore_keepsGroup() throws IOException {
        String within = SHOP.replace("String name = \"till\";", "String name = null;");
        String numbered = within.replace(
                "    public String call() {", "    Runnable idle = () -> {};\n\n    public String call() {");

        Fingerprint before = fingerprint(within.replace("return open(name)", "return name.trim()"));
        Fingerprint after = fingerprint(numbered.replace("return open(name)", "return name.trim()"));

        assertThat(before.explanation().frame())
                .extracting(TraceFrame::method)
                .asString()
                .startsWith("lambda$call$");
        assertThat(after.group()).isEqualTo(before.group());
    }

    @Test
    void withoutClassFile_theLineIsThatOfTheFile() throws IOException {
        Throwable thrown = thrown(SHOP);

        Fingerprint fingerprint = Fingerprinter.builder()
                .inApp("com.acme")
                .lines(LineLookup.NONE)
                .build()
                .fingerprint(StackTraceModel.of(thrown));

        assertThat(fingerprint.explanation().line()).isEqualTo("15");
        assertThat(fingerprint.explanation().toString())
                .isEqualTo(
                        "java.lang.IllegalStateException at com.acme.Shop.open(Shop.java:15). It is the innermost of 1"
                                + " throwable with a frame of the configured packages com.acme. No class file says where the"
                                + " method begins, so the line is that of the file.");
    }

    private Fingerprint fingerprint(String source) throws IOException {
        try (URLClassLoader loader = load(source)) {
            return Fingerprinter.builder()
                    .inApp("com.acme")
                    .lines(ClassFileLines.of(loader))
                    .build()
                    .fingerprint(StackTraceModel.of(SourceCompiler.thrownBy(loader, "com.acme.Shop")));
        }
    }

    private Throwable thrown(String source) throws IOException {
        try (URLClassLoader loader = load(source)) {
            return SourceCompiler.thrownBy(loader, "com.acme.Shop");
        }
    }

    private URLClassLoader load(String source) {
        return SourceCompiler.loader(
                SourceCompiler.compile(directory.resolve("build" + builds++), "com.acme.Shop", source));
    }
}
