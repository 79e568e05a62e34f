package io.dharma.tracing.errors.fingerprint;

import java.util.Arrays;
import java.util.List;

/**
 * Names that a compiler or a library made up, as the source has them: the class that a proxy stands before, the method
 * that a lambda is written in, and no numbers, which are others in the next build or the next process.
 *
 * <p>By spelling alone: what a library appends to the name of a class is cut off, and numbers are taken out of what is
 * between dollar signs. Two classes that differ in nothing else are then alike, be it {@code Orders$1} and
 * {@code Orders$2}.
 */
final class GeneratedNames {

    private static final String REFLECTION = "jdk.internal.reflect.";
    private static final String PROXY = "jdk.proxy.$Proxy";
    private static final String LAMBDA = "$$Lambda";
    private static final String LAMBDA_FORM = "java.lang.invoke.LambdaForm$";

    /** From here on a class's name is that of the library: of proxies, subclasses and accessors for it. */
    private static final List<String> APPENDED = List.of(
            // CGLIB, alone, in Spring, Guice, Mockito and others; Spring's since 6
            "$$EnhancerBy",
            "$$FastClassBy",
            "$$KeyFactoryBy",
            "$$SpringCGLIB$$",
            // Byte Buddy, alone, in Mockito and in Hibernate
            "$ByteBuddy$",
            "$MockitoMock$",
            "$HibernateProxy$",
            "$HibernateInstantiator",
            "$HibernateAccessOptimizer",
            "$HibernateBasicProxy",
            "$auxiliary$",
            // Javassist, alone, in Hibernate and in Seam; Weld
            "_$$_javassist",
            "_$$_jvst",
            "$Proxy$_$$_Weld",
            "_$$_Weld",
            // OpenWebBeans, JBoss's enterprise beans
            "$$OwbNormalScopeProxy",
            "$$OwbInterceptProxy",
            "$$OwbSubClass",
            "$$$view",
            // Quarkus's and other frameworks' accessors
            "_Subclass$$",
            "_ClientProxy$$",
            "$quarkusrestinvoker$",
            "$$QuarkusImpl",
            // Micronaut
            "$Definition$Intercepted",
            "$Introspection$",
            // Jackson's modules for speed
            "$Access4Jackson",
            "$Creator4Jackson",
            // AspectJ
            "$AjcClosure",
            // Other makers of mocks
            "$$PowerMock",
            "$$$EasyMock$",
            "$SpockMock$");

    /** The same where only the end of a name says so. */
    private static final List<String> ENDINGS = List.of("_Subclass", "_ClientProxy");

    /** Desugared lambdas: of the D8 compiler, which Android's are. */
    private static final String SYNTHETIC_LAMBDA = "$$ExternalSyntheticLambda";

    /** Behind these a method's name is that of the library: the super call of a proxy, the rest of a default argument. */
    private static final List<String> METHOD_APPENDED = List.of(
            "$$superforward",
            "$$superaccessor",
            "_aroundBody",
            "$accessor$",
            "$original$",
            "$suspendImpl",
            "$default",
            "$mc",
            "$extension",
            "$adapted",
            "-impl");

    /** Before these the name of a method that calls the one that a proxy stands before: CGLIB's, Micronaut's. */
    private static final List<String> METHOD_PREFIXES = List.of("CGLIB$", "$$access$$");

    /** The same in Javassist's proxies, where a number follows. */
    private static final String JAVASSIST = "_d";

    /** Methods for the tags of a page, which are numbered behind an underscore that is written so. */
    private static final String PAGE_TAG = "_jspx_meth_";

    private static final String UNDERSCORE = "_005f";

    private static final int KOTLIN_HASH = 7;

    private GeneratedNames() {}

    /** The name of a class, as in {@link TraceFrame#className()}. */
    static String className(String name) {
        String visible = withoutHiddenPart(name);
        if (isReflection(visible)) {
            return reflection(visible);
        }
        if (isProxy(visible)) {
            return visible.startsWith("com.sun.proxy.") || visible.startsWith("jdk.proxy")
                    ? PROXY
                    : visible.substring(0, visible.lastIndexOf("$Proxy")) + "$Proxy";
        }
        if (visible.startsWith(LAMBDA_FORM)) {
            return withoutTrailingNumber(visible);
        }
        int lambda = endOfLambdasOwner(visible);
        return lambda < 0 ? written(visible) : written(visible.substring(0, lambda)) + LAMBDA;
    }

    private static String written(String name) {
        return unnumbered(withoutAppended(name));
    }

    private static int endOfLambdasOwner(String name) {
        int lambda = name.indexOf(LAMBDA);
        return lambda < 0 ? name.indexOf(SYNTHETIC_LAMBDA) : lambda;
    }

    /** The name of a method, as in {@link TraceFrame#method()}. */
    static String method(String name) {
        if (name.indexOf('$') < 0 && name.indexOf('_') < 0 && name.indexOf('-') < 0) {
            return name;
        }
        String written = withoutPrefix(name);
        for (String appended : METHOD_APPENDED) {
            int at = written.indexOf(appended);
            if (at > 0) {
                written = written.substring(0, at);
            }
        }
        return withoutNumbers(withoutKotlinHash(withoutPageNumber(written)));
    }

    /** A hidden class is printed with an address behind a slash. */
    private static String withoutHiddenPart(String name) {
        int slash = name.indexOf('/');
        int plus = name.indexOf("+0x");
        int end = slash > 0 ? slash : plus > 0 ? plus : name.length();
        return name.substring(0, end);
    }

    private static boolean isReflection(String name) {
        return name.startsWith("sun.reflect.") || name.startsWith(REFLECTION);
    }

    private static String withoutTrailingNumber(String name) {
        int end = name.length();
        while (end > 0 && Texts.isDigit(name.charAt(end - 1))) {
            end--;
        }
        return name.substring(0, end);
    }

    /** The JDK generates an accessor after some calls, and another one in other releases. */
    private static String reflection(String name) {
        String simple = Texts.withoutPackage(name);
        if (simple.contains("ConstructorAccessor") || simple.contains("ConstructorHandleAccessor")) {
            return REFLECTION + "ConstructorAccessor";
        }
        if (simple.contains("MethodAccessor") || simple.contains("MethodHandleAccessor")) {
            return REFLECTION + "MethodAccessor";
        }
        if (simple.contains("FieldAccessor")) {
            return REFLECTION + "FieldAccessor";
        }
        return REFLECTION + simple;
    }

    static boolean isProxy(String name) {
        String simple = Texts.withoutPackage(name);
        int at = simple.lastIndexOf("$Proxy");
        return at >= 0 && Texts.isDigits(simple, at + "$Proxy".length(), simple.length());
    }

    private static String withoutAppended(String name) {
        int end = endOfOwn(name);
        String proxied = end < name.length() ? withoutWhatIsAround(name.substring(0, end)) : name;
        for (String ending : ENDINGS) {
            if (proxied.endsWith(ending)) {
                proxied = proxied.substring(0, proxied.length() - ending.length());
            }
        }
        return proxied;
    }

    private static int endOfOwn(String name) {
        int end = name.length();
        // Most names have no dollar, and all that is appended has one.
        if (name.indexOf('$') >= 0) {
            for (String appended : APPENDED) {
                int at = name.indexOf(appended);
                end = at > 0 && at < end ? at : end;
            }
        }
        return end;
    }

    /** Byte Buddy may not define classes in the JDK's packages, Micronaut begins names with a dollar, Weld counts. */
    private static String withoutWhatIsAround(String name) {
        String own =
                name.startsWith("net.bytebuddy.renamed.") ? name.substring("net.bytebuddy.renamed.".length()) : name;
        int simple = own.lastIndexOf('.') + 1;
        if (own.startsWith("$", simple)) {
            own = own.substring(0, simple) + own.substring(simple + 1);
        }
        int dollar = own.lastIndexOf('$');
        int number = own.startsWith("-", dollar + 1) ? dollar + 2 : dollar + 1;
        return dollar > simple && Texts.isDigits(own, number, own.length()) ? own.substring(0, dollar) : own;
    }

    /** The package has no numbers that a compiler made up; some are called {@code v2}. */
    private static String unnumbered(String name) {
        int simple = name.lastIndexOf('.') + 1;
        if (!hasDigit(name, simple)) {
            return name;
        }
        String[] parts = name.substring(simple).split("\\$", -1);
        StringBuilder unnumbered = new StringBuilder(name.length()).append(name, 0, simple);
        unnumbered.append(withoutCounters(parts[0]));
        for (int i = 1; i < parts.length; i++) {
            // A number alone is an anonymous class, one before a name a class that is declared in a method.
            String named = parts[i].substring(digitsFrom(parts[i], 0));
            unnumbered.append('$').append(withoutCounters(named));
        }
        return unnumbered.toString();
    }

    /**
     * Clojure writes {@code fn__1539} and {@code eval12}, Groovy {@code _run_closure3}, Jython {@code _pyx7}, Spark
     * {@code GeneratedIterator4}.
     */
    private static String withoutCounters(String part) {
        StringBuilder text = new StringBuilder(part.length());
        int i = 0;
        while (i < part.length()) {
            int end = digitsFrom(part, i);
            if (end > i && isCounter(part, i, end)) {
                trimUnderscores(text);
            } else {
                end = Math.max(end, i + 1);
                text.append(part, i, end);
            }
            i = end;
        }
        return text.toString();
    }

    private static int digitsFrom(String text, int from) {
        int end = from;
        while (end < text.length() && Texts.isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isCounter(String part, int from, int end) {
        boolean lasts = end == part.length() || part.charAt(end) == '_';
        return lasts
                && (endsWith(part, from, "__")
                        || endsWith(part, from, "closure")
                        || endsWith(part, from, "_pyx")
                        || (endsWith(part, from, "eval") && from == "eval".length())
                        || (part.startsWith("Generated") && end == part.length()));
    }

    private static boolean endsWith(String text, int end, String ending) {
        return text.startsWith(ending, end - ending.length());
    }

    private static void trimUnderscores(StringBuilder text) {
        while (!text.isEmpty() && text.charAt(text.length() - 1) == '_') {
            text.setLength(text.length() - 1);
        }
    }

    private static String withoutPrefix(String method) {
        for (String prefix : METHOD_PREFIXES) {
            if (method.startsWith(prefix)) {
                return method.substring(prefix.length());
            }
        }
        int number = digitsFrom(method, JAVASSIST.length());
        boolean isJavassists = method.startsWith(JAVASSIST) && number > JAVASSIST.length() && number < method.length();
        return isJavassists ? method.substring(number) : method;
    }

    private static String withoutPageNumber(String method) {
        int number = method.lastIndexOf(UNDERSCORE);
        boolean isTag = method.startsWith(PAGE_TAG) && number > 0;
        return isTag && Texts.isDigits(method, number + UNDERSCORE.length(), method.length())
                ? method.substring(0, number)
                : method;
    }

    /** Kotlin appends seven characters to methods that take or return its value classes. */
    private static String withoutKotlinHash(String method) {
        int at = method.length() - KOTLIN_HASH - 1;
        return at > 0 && method.charAt(at) == '-' && method.indexOf(' ') < 0 ? method.substring(0, at) : method;
    }

    /** {@code lambda$place$0}, Scala's {@code $anonfun$place$1} and {@code access$000}. */
    private static String withoutNumbers(String method) {
        if (method.indexOf('$') < 0 || !hasDigit(method, 0)) {
            return method;
        }
        boolean isLambda = method.startsWith("lambda$");
        List<String> written = Arrays.stream(method.split("\\$", -1))
                .filter(part -> !Texts.isDigits(part, 0, part.length()) && !(isLambda && isHash(part)))
                .toList();
        return written.isEmpty() ? method : String.join("$", written);
    }

    /** Lambdas that can be serialized are numbered by a hash. */
    private static boolean isHash(String part) {
        return part.length() >= 6
                && part.length() <= 8
                && hasDigit(part, 0)
                && part.chars().allMatch(c -> Character.digit(c, 16) >= 0);
    }

    private static boolean hasDigit(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (Texts.isDigit(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }
}
