package io.dharma.tracing.errors.fingerprint;

import java.util.Set;

/** Throwables that say that something was thrown, not what: their cause has the failure. */
final class Wrappers {

    private static final Set<String> TYPES = Set.of(
            "java.lang.ExceptionInInitializerError",
            "java.lang.reflect.InvocationTargetException",
            "java.lang.reflect.UndeclaredThrowableException",
            "java.security.PrivilegedActionException",
            "java.util.concurrent.CompletionException",
            "java.util.concurrent.ExecutionException",
            "com.google.common.util.concurrent.ExecutionError",
            "com.google.common.util.concurrent.UncheckedExecutionException",
            "org.codehaus.groovy.runtime.InvokerInvocationException",
            "rx.exceptions.CompositeException",
            "rx.exceptions.OnErrorNotImplementedException",
            "io.reactivex.exceptions.CompositeException",
            "io.reactivex.exceptions.OnErrorNotImplementedException",
            "io.reactivex.exceptions.UndeliverableException",
            "io.reactivex.rxjava3.exceptions.CompositeException",
            "io.reactivex.rxjava3.exceptions.OnErrorNotImplementedException",
            "io.reactivex.rxjava3.exceptions.UndeliverableException",
            "io.smallrye.mutiny.CompositeException",
            "reactor.core.Exceptions$BubblingException",
            "reactor.core.Exceptions$CompositeException",
            "reactor.core.Exceptions$ErrorCallbackNotImplemented",
            "reactor.core.Exceptions$ReactiveException");

    /** Put beside a failure by a library, to say where it came along. */
    private static final Set<String> DIAGNOSTICS = Set.of(
            "kotlinx.coroutines.internal.DiagnosticCoroutineContextException",
            "reactor.core.publisher.FluxOnAssembly$OnAssemblyException",
            "rx.exceptions.AssemblyStackTraceException",
            "rx.exceptions.CompositeException$CompositeExceptionCausalChain",
            "io.reactivex.exceptions.CompositeException$CompositeExceptionCausalChain",
            "io.reactivex.rxjava3.exceptions.CompositeException$ExceptionOverview",
            "hu.akarnokd.rxjava2.debug.RxJavaAssemblyException",
            "hu.akarnokd.rxjava3.debug.RxJavaAssemblyException");

    private Wrappers() {}

    static boolean isWrapper(String type) {
        return TYPES.contains(type);
    }

    static boolean isDiagnostic(String type) {
        return DIAGNOSTICS.contains(type);
    }

    /** What could not be found is said twice, and the second time from within the class loader. */
    static boolean repeats(String type, String effect) {
        return type.equals("java.lang.ClassNotFoundException") && effect.equals("java.lang.NoClassDefFoundError");
    }
}
