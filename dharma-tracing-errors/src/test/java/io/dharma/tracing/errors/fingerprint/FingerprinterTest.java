package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule by which errors are grouped, on traces that differ in what the rule is about. */
class FingerprinterTest {

    private static final Fingerprinter ACME =
            Fingerprinter.builder().inApp("com.acme").lines(LineLookup.NONE).build();

    private static final String NULL_POINTER = """
            java.lang.NullPointerException: Cannot invoke "String.length()" because "till" is null
            	at com.acme.Shop.open(Shop.java:12)
            	at org.springframework.web.method.Handler.invoke(Handler.java:100)
            	at com.acme.Filter.pass(Filter.java:7)
            """;

    @Test
    void ids_beginWithTheVersion() {
        Fingerprint fingerprint = of(NULL_POINTER);
        Pattern id = Pattern.compile("v1-[0-9a-f]{32}");

        assertThat(List.of(fingerprint.group(), fingerprint.family(), fingerprint.exact()))
                .allMatch(id.asMatchPredicate())
                .doesNotHaveDuplicates();
    }

    /** Whoever changes these changes the version, or all that users have on record of their errors is lost. */
    @Test
    void ids_areThoseThatWereGivenOut() {
        Fingerprint fingerprint = of(NULL_POINTER);

        assertThat(fingerprint.group()).isEqualTo("v1-81c5c988f82e5389442436f69b666b9f");
        assertThat(fingerprint.family()).isEqualTo("v1-c22b312b6c234016dc41e533daa46845");
        assertThat(fingerprint.exact()).isEqualTo("v1-aee5e7330e630ed09377a58b85c911e4");
    }

    @Test
    void sameMethodAndLine_isOneGroup_whateverCalledIt() {
        Fingerprint other = of(NULL_POINTER.replace("Filter", "Job"));

        assertThat(other.group()).isEqualTo(of(NULL_POINTER).group());
        assertThat(other.exact()).isNotEqualTo(of(NULL_POINTER).exact());
    }

    @Test
    void anotherTypeMethodOrLine_isAnotherGroup() {
        assertThat(List.of(
                        of(NULL_POINTER).group(),
                        of(NULL_POINTER.replace("NullPointer", "ArithmeticEx")).group(),
                        of(NULL_POINTER.replace(".open", ".close")).group(),
                        of(NULL_POINTER.replace("Shop", "Store")).group(),
                        of(NULL_POINTER.replace(":12", ":13")).group()))
                .doesNotHaveDuplicates();
        assertThat(of(NULL_POINTER.replace(":12", ":13")).family())
                .isEqualTo(of(NULL_POINTER).family());
    }

    @Test
    void message_doesNotCountWhereTheTypeSaysEnough() {
        assertThat(of(NULL_POINTER.replace("till", "door"))).isEqualTo(of(NULL_POINTER));
    }

    @Test
    void message_countsWhereTheTypeSaysNothing() {
        String generic = "java.lang.RuntimeException: order 4711 not found\n\tat com.acme.Shop.open(Shop.java:12)";

        assertThat(of(generic.replace("4711", "12")).group())
                .isEqualTo(of(generic).group());
        assertThat(of(generic.replace("order", "till")).group())
                .isNotEqualTo(of(generic).group());
        assertThat(of(generic.replace("order", "till")).family())
                .isEqualTo(of(generic).family());
        assertThat(of(generic).explanation().message()).isEqualTo("order * not found");
    }

    @Test
    void message_countsWhereNoFrameIsTheApplications() {
        String foreign = """
                java.sql.SQLException: table orders_7 is locked
                	at java.base/java.net.Socket.read(Socket.java:1)
                	at org.postgresql.Driver.connect(Driver.java:12)
                """;

        assertThat(of(foreign.replace("_7", "_8").replace(":12", ":13")).group())
                .isEqualTo(of(foreign).group());
        assertThat(of(foreign.replace("locked", "gone")).group())
                .isNotEqualTo(of(foreign).group());
        assertThat(of(foreign.replace("java.net.Socket.read", "sun.nio.ch.Net.poll"))
                        .family())
                .as("frames of the JDK differ from release to release")
                .isEqualTo(of(foreign).family());
        assertThat(of(foreign.replace("postgresql", "mariadb")).family())
                .isNotEqualTo(of(foreign).family());
    }

    @Test
    void innermostCauseOfTheApplication_counts() {
        String chain = """
                org.springframework.web.NestedException: failed
                	at com.acme.Filter.pass(Filter.java:7)
                Caused by: com.acme.OrderException: no order
                	at com.acme.Orders.load(Orders.java:30)
                	... 1 more
                Caused by: java.net.SocketException: reset
                	at java.base/java.net.Socket.read(Socket.java:1)
                """;

        assertThat(of(chain).explanation().type()).isEqualTo("com.acme.OrderException");
        assertThat(of(chain).explanation().frame())
                .isEqualTo(new TraceFrame("com.acme.Orders", "load", "Orders.java", 30));
        assertThat(of(chain).explanation().reasons().get(0))
                .isEqualTo("It is the innermost of 3 throwables with a frame of the configured packages com.acme.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.reflect.InvocationTargetException",
                "java.lang.reflect.UndeclaredThrowableException",
                "java.util.concurrent.ExecutionException",
                "java.util.concurrent.CompletionException",
                "io.reactivex.rxjava3.exceptions.CompositeException",
                "rx.exceptions.CompositeException"
            })
    void wrapper_isLookedThrough(String wrapper) {
        String inner = "java.net.SocketException: reset\n\tat java.base/java.net.Socket.read(Socket.java:1)\n";
        String wrapped = wrapper
                + ": java.net.SocketException: reset\n\tat com.acme.Filter.pass(Filter.java:7)\nCaused by: " + inner;

        Fingerprint fingerprint = of(wrapped);

        assertThat(fingerprint.explanation().type()).isEqualTo("java.net.SocketException");
        assertThat(fingerprint.explanation().frame())
                .extracting(TraceFrame::method)
                .isEqualTo("pass");
        assertThat(of(wrapped.replace("pass(Filter.java:7)", "pass(Filter.java:8)"))
                        .group())
                .isNotEqualTo(fingerprint.group());
    }

    @Test
    void wrapperWithoutCause_isWhatWasThrown() {
        assertThat(of("java.util.concurrent.CompletionException: x\n\tat com.acme.A.a(A.java:1)")
                        .explanation()
                        .type())
                .isEqualTo("java.util.concurrent.CompletionException");
    }

    @Test
    void liveWrappers_areLookedThrough() {
        IllegalStateException inner = new IllegalStateException("stuck");

        Fingerprint fingerprint =
                own().fingerprint(StackTraceModel.of(new ExecutionException(new CompletionException(inner))));

        assertThat(fingerprint.group())
                .isEqualTo(own().fingerprint(StackTraceModel.of(inner)).group());
    }

    @Test
    void missingClass_isWhereItIsNeeded_notInItsClassLoader() {
        Fingerprint fingerprint = of("""
                java.lang.NoClassDefFoundError: org/hamcrest/Matcher
                	at com.acme.Shop.open(Shop.java:12)
                Caused by: java.lang.ClassNotFoundException: org.hamcrest.Matcher
                	at com.acme.PluginLoader.loadClass(PluginLoader.java:99)
                	at java.base/java.lang.ClassLoader.loadClass(ClassLoader.java:5)
                	... 1 more
                """);

        assertThat(fingerprint.explanation().type()).isEqualTo("java.lang.NoClassDefFoundError");
        assertThat(fingerprint.explanation().frame())
                .extracting(TraceFrame::method)
                .isEqualTo("open");
    }

    @Test
    void suppressed_doesNotCount() {
        assertThat(of(NULL_POINTER
                        + "\tSuppressed: java.io.IOException: closed\n\t\tat com.acme.File.close(File.java:3)\n"))
                .isEqualTo(of(NULL_POINTER));
    }

    @Test
    void coroutinesOwnExceptions_doNotCount() {
        assertThat(of(NULL_POINTER
                                + "Caused by: kotlinx.coroutines.internal.DiagnosticCoroutineContextException: [Job]\n"
                                + "\tat com.acme.Other.other(Other.kt:3)\n")
                        .group())
                .isEqualTo(of(NULL_POINTER).group());
        assertThat(of(NULL_POINTER.replace(
                                "\tat com.acme.Shop",
                                "\tat _COROUTINE._BOUNDARY._(CoroutineDebugging.kt:42)\n\tat com.acme.Shop"))
                        .exact())
                .isEqualTo(of(NULL_POINTER).exact());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.acme.Checks.positive",
                "com.acme.Preconditions.isTrue",
                "com.acme.Tills.requirePositive",
                "com.acme.Tills.check",
                "com.acme.Tills.ensureOpen",
                "com.acme.Tills.throwIfStuck",
                "com.acme.Tills.failWith",
                "com.acme.Tills._raise",
                "com.acme.TillException.of",
                "com.acme.TillException$Builder.build"
            })
    void codeThatOnlyThrows_isSkipped(String raiser) {
        String trace = "java.lang.IllegalStateException\n\tat " + raiser
                + "(R.java:5)\n\tat com.acme.Shop.open(Shop.java:12)\n";

        assertThat(of(trace).group())
                .isEqualTo(
                        of(trace.replace("\tat " + raiser + "(R.java:5)\n", "")).group());
        assertThat(of(trace).explanation().reasons())
                .contains(raiser + " is there to throw, so what called it counts.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.acme.Tills.checkout",
                "com.acme.Tills.failover",
                "com.acme.Tills.requirements",
                "com.acme.Terror.of"
            })
    void codeThatSoundsAlike_isNotSkipped(String method) {
        Fingerprint fingerprint = of("java.lang.IllegalStateException\n\tat " + method
                + "(R.java:5)\n\tat com.acme.Shop.open(Shop.java:12)\n");

        assertThat(fingerprint.explanation().frame())
                .extracting(TraceFrame::line)
                .isEqualTo(5);
    }

    @Test
    void codeThatOnlyThrows_countsWhereAFrameworkCalledIt() {
        Fingerprint fingerprint = of("""
                java.lang.IllegalStateException
                	at com.acme.Access.checkRole(Access.java:5)
                	at org.springframework.security.Filter.pass(Filter.java:1)
                	at com.acme.Shop.open(Shop.java:12)
                """);

        assertThat(fingerprint.explanation().frame())
                .extracting(TraceFrame::method)
                .isEqualTo("checkRole");
    }

    @Test
    void codeThatOnlyThrows_countsWhereThereIsNothingElse() {
        assertThat(of("java.lang.IllegalStateException\n\tat com.acme.Access.checkRole(Access.java:5)")
                        .explanation()
                        .frame())
                .extracting(TraceFrame::method)
                .isEqualTo("checkRole");
    }

    @Test
    void plumbing_doesNotCount() {
        String direct = """
                java.lang.IllegalStateException
                	at com.acme.Shop.open(Shop.java:12)
                	at com.acme.Main.main(Main.java:3)
                """;
        String throughProxies = """
                java.lang.IllegalStateException
                	at com.acme.Shop.open(Shop.java:12)
                	at com.acme.Shop.access$000(Shop.java:1)
                	at com.acme.Shop$$FastClassBySpringCGLIB$$1a.invoke(<generated>)
                	at java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)
                	at java.base/java.lang.reflect.Method.invoke(Method.java:580)
                	at jdk.proxy2/jdk.proxy2.$Proxy44.open(Unknown Source)
                	at com.acme.Main$$Lambda$14/0x0000000800066c40.run(Unknown Source)
                	at com.acme.Main.main(Main.java:3)
                """;

        assertThat(of(throughProxies).exact()).isEqualTo(of(direct).exact());
    }

    @Test
    void generatedNames_areThoseInTheSource() {
        String trace = """
                com.acme.TillException$1
                	at com.acme.Shop$$SpringCGLIB$$0.lambda$open$3(Shop.java:12)
                """;

        Fingerprint other = of(trace.replace("$1", "$2").replace("$$0", "$$1").replace("$3", "$7"));

        assertThat(other.group()).isEqualTo(of(trace).group());
        assertThat(other.exact()).isEqualTo(of(trace).exact());
    }

    @Test
    void methodOfABaseClass_staysInItsFamilyWhereTheClassIsRenamed() {
        String trace = "java.lang.ArithmeticException\n\tat com.acme.AbstractTill.add(AbstractTill.java:5)";

        assertThat(of(trace.replace("AbstractTill", "BaseTill")).family())
                .isEqualTo(of(trace).family());
        assertThat(of(trace.replace("AbstractTill", "BaseTill")).group())
                .isNotEqualTo(of(trace).group());
        assertThat(of(trace.replace("AbstractTill", "Till")).family())
                .isNotEqualTo(of(trace).family());
    }

    @Test
    void recursion_thatRepeatsOtherwise_isExactlyTheSame() {
        String block = "\tat com.acme.Tree.walk(Tree.java:5)\n\tat com.acme.Tree.child(Tree.java:9)\n";
        String trace = "java.lang.ArithmeticException\n" + block.repeat(2) + "\tat com.acme.Main.main(Main.java:3)\n";

        assertThat(of(trace.replace(block.repeat(2), block.repeat(9))).exact())
                .isEqualTo(of(trace).exact());
        assertThat(of(trace.replace(block.repeat(2), "")).exact())
                .isNotEqualTo(of(trace).exact());
    }

    /** Two methods that call each other until the stack is full, entered at either. */
    private static final class Endless {
        int odd(int n) {
            return even(n + 1) + 1;
        }

        int even(int n) {
            return odd(n + 1) + 1;
        }
    }

    @Test
    void overflownStack_isItsCycle() {
        StackTraceModel one = overflow(() -> new Endless().odd(0));
        StackTraceModel other = overflow(() -> new Endless().even(0));

        Fingerprint fingerprint = own().fingerprint(one);

        assertThat(fingerprint.group()).isEqualTo(own().fingerprint(other).group());
        assertThat(fingerprint.explanation().reasons().get(1))
                .isEqualTo("The stack was full of " + Endless.class.getName() + ".even -> " + Endless.class.getName()
                        + ".odd.");
        assertThat(fingerprint.explanation().frame()).isNotNull();
    }

    private static StackTraceModel overflow(Runnable endless) {
        try {
            endless.run();
            throw new AssertionError("the stack is endless");
        } catch (StackOverflowError e) {
            return StackTraceModel.of(e);
        }
    }

    @Test
    void overflowOfALibrary_isTheLibrarysCycle() {
        String cycle = "\tat org.hibernate.A.a(A.java:1)\n\tat org.hibernate.B.b(B.java:1)\n";
        String trace = "java.lang.StackOverflowError\n" + cycle.repeat(50);

        assertThat(of(trace.replaceFirst("\tat .*\n", "")).group())
                .isEqualTo(of(trace).group());
    }

    @Test
    void overflowOfALibrary_isTheLibrarysCycle_evenWhereItsCallerIsStillThere() {
        String overflow = "java.lang.StackOverflowError\n" + "\tat org.hibernate.A.a(A.java:1)\n".repeat(50);

        assertThat(of(overflow + "\tat com.acme.Main.main(Main.java:3)\n").group())
                .isEqualTo(of(overflow).group());
    }

    @Test
    void printedTrace_hasTheFingerprintOfTheThrowable() {
        Exception thrown = new IllegalStateException("outer", new IllegalArgumentException("inner"));

        assertThat(own().fingerprint(StackTraceModel.parse(StackTraceParserTest.printed(thrown))))
                .usingRecursiveComparison()
                .ignoringFields("explanation.frame")
                .isEqualTo(own().fingerprint(StackTraceModel.of(thrown)));
    }

    @Test
    void withoutStackTrace_theExplanationSaysWhy() {
        assertThat(of("java.lang.NullPointerException").explanation().toString())
                .contains("HotSpot leaves it out")
                .contains("OmitStackTraceInFastThrow");
    }

    @Test
    void mainClass_saysWhatIsTheApplications() {
        String trace =
                "java.lang.ArithmeticException\n\tat com.lib.Lib.call(Lib.java:5)\n\tat com.acme.Shop.open(Shop.java:1)";

        assertThat(placeOf(trace, Fingerprinter.builder().mainClass("com.acme.Main")))
                .isEqualTo("open");
        assertThat(placeOf(trace, Fingerprinter.builder().mainClass("org.springframework.boot.loader.JarLauncher")))
                .isEqualTo("call");
        assertThat(placeOf(trace, Fingerprinter.builder().mainClass("Main"))).isEqualTo("call");
        assertThat(placeOf(trace, Fingerprinter.builder())).isEqualTo("call");
        assertThat(placeOf(
                        trace, Fingerprinter.builder().mainClass("com.lib.Main").inApp("com.acme")))
                .isEqualTo("open");
    }

    private static String placeOf(String trace, Fingerprinter.Builder builder) {
        TraceFrame frame = builder.lines(LineLookup.NONE)
                .build()
                .fingerprint(StackTraceModel.parse(trace))
                .explanation()
                .frame();
        return frame == null ? "" : frame.method();
    }

    @ParameterizedTest
    @ValueSource(strings = {"com.acme", "com.acme.", "com.acme.Shop", "com.acme.Sh*", "com.a*", "com"})
    void inApp_takesPackagesClassesAndBeginnings(String inApp) {
        assertThat(placeOf(NULL_POINTER, Fingerprinter.builder().inApp(inApp))).isEqualTo("open");
    }

    @ParameterizedTest
    @ValueSource(strings = {"com.ac", "com.acme.Sho", "com.acm"})
    void inApp_endsWhereTheNameDoes(String inApp) {
        assertThat(placeOf(NULL_POINTER, Fingerprinter.builder().inApp(inApp)))
                .as("the first frame of a library")
                .isEqualTo("open");
        assertThat(Fingerprinter.builder()
                        .inApp(inApp)
                        .lines(LineLookup.NONE)
                        .build()
                        .fingerprint(StackTraceModel.parse(NULL_POINTER))
                        .explanation()
                        .toString())
                .contains("None of 1 throwable has a frame of the configured packages " + inApp);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", ".", "com..acme", "com acme", "1.2", "com.*.acme", "com/acme"})
    void inApp_refusesWhatIsNoName(String inApp) {
        assertThatThrownBy(() -> Fingerprinter.builder().inApp(inApp))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "inApp must be packages such as com.acme, or com.acme* for all names that begin so, but is \""
                                + inApp + "\"");
    }

    @Test
    void rule_startsFromTheDefault() {
        Fingerprinter byTenant = withRule((trace, parts) -> parts.andBy("tenant-1"));
        Fingerprinter byType =
                withRule((trace, parts) -> parts.withGroup("no pointers").withFamily("no pointers at all"));
        StackTraceModel trace = StackTraceModel.parse(NULL_POINTER);
        StackTraceModel elsewhere = StackTraceModel.parse(NULL_POINTER.replace(":12", ":13"));

        assertThat(byTenant.fingerprint(trace).group())
                .isNotEqualTo(ACME.fingerprint(trace).group())
                .isNotEqualTo(byTenant.fingerprint(elsewhere).group());
        assertThat(byType.fingerprint(trace).group())
                .isEqualTo(byType.fingerprint(elsewhere).group());
        assertThat(byType.fingerprint(trace).family())
                .isNotEqualTo(ACME.fingerprint(trace).family());
    }

    @Test
    void ruleThatFails_isPassedOver() {
        List<Fingerprint> fingerprints = new ArrayList<>();
        StackTraceModel trace = StackTraceModel.parse(NULL_POINTER);
        fingerprints.add(withRule((model, parts) -> {
                    throw new StackOverflowError();
                })
                .fingerprint(trace));
        fingerprints.add(withRule(FingerprinterTest::nothing).fingerprint(trace));

        assertThat(fingerprints).containsOnly(ACME.fingerprint(trace));
    }

    @SuppressWarnings("NullAway") // as code does that does not know of it
    private static FingerprintParts nothing(StackTraceModel trace, FingerprintParts parts) {
        return null;
    }

    @Test
    void lookUpThatFails_knowsNothing() {
        Fingerprinter fingerprinter = Fingerprinter.builder()
                .inApp("com.acme")
                .lines(frame -> {
                    throw new NoClassDefFoundError();
                })
                .build();

        assertThat(fingerprinter.fingerprint(StackTraceModel.parse(NULL_POINTER)))
                .isEqualTo(of(NULL_POINTER));
    }

    @Test
    void settings_areShown() {
        assertThat(ACME).hasToString("Fingerprinter[v1, in-app: the configured packages com.acme]");
    }

    @Test
    void everythingAsLargeAsItMayBe_isDoneInNoTime() {
        List<ThrownError> causes = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            List<TraceFrame> frames = new ArrayList<>();
            for (int j = 0; j < 256; j++) {
                String name = ("a.$1_$$" + i + "Lambd" + j).repeat(120);
                frames.add(new TraceFrame(name, name.replace('.', '$'), name, j));
            }
            causes.add(new ThrownError("E$1".repeat(500), "x'\"([{ 1 ".repeat(2_000), frames));
        }
        StackTraceModel trace = new StackTraceModel(causes);

        long startedAt = System.nanoTime();
        Fingerprint fingerprint = ACME.fingerprint(trace);

        assertThat(fingerprint.group()).startsWith("v1-");
        assertThat(System.nanoTime() - startedAt).isLessThan(10_000_000_000L);
    }

    private static Fingerprint of(String trace) {
        return ACME.fingerprint(StackTraceModel.parse(trace));
    }

    private static Fingerprinter own() {
        return Fingerprinter.builder()
                .inApp(FingerprinterTest.class.getPackageName())
                .lines(LineLookup.NONE)
                .build();
    }

    private static Fingerprinter withRule(FingerprintRule rule) {
        return Fingerprinter.builder()
                .inApp("com.acme")
                .lines(LineLookup.NONE)
                .rule(rule)
                .build();
    }
}
