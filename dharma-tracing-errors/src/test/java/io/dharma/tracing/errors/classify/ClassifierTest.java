package io.dharma.tracing.errors.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.InvalidProtocolBufferException;
import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.Severity;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.testsupport.ChildJvm;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateExpiredException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ConcurrentModificationException;
import java.util.HashSet;
import java.util.List;
import java.util.MissingResourceException;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import javax.crypto.BadPaddingException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.convert.TypeDescriptor;

class ClassifierTest {

    private static final Classifier BY_DEFAULT = Classifier.builder().build();

    /** As drivers make them: a class of their own, and the reason in the state. */
    private static final class DriverException extends SQLException {
        DriverException(String state) {
            super("as the state says", state);
        }
    }

    private static class PeerException extends ConnectException {}

    private static final class FarPeerException extends PeerException {}

    private static final class OutOfStock extends IllegalStateException {}

    @ParameterizedTest
    @MethodSource({"ofTheJdk", "ofDatabases", "ofLibraries"})
    void throwable_isOfCategory(Category category, Throwable throwable) {
        assertThat(classify(BY_DEFAULT, throwable).category()).isEqualTo(category);
    }

    static Stream<Arguments> ofTheJdk() {
        return Stream.of(
                arguments(Category.NETWORK, new ConnectException("Connection refused")),
                arguments(Category.NETWORK, new FarPeerException()),
                arguments(Category.NETWORK, new NoRouteToHostException()),
                arguments(Category.NETWORK, new UnknownHostException("shop")),
                arguments(Category.NETWORK, new SocketException("Connection reset")),
                arguments(Category.NETWORK, new ClosedChannelException()),
                arguments(Category.NETWORK, new SSLException("closed")),
                arguments(Category.NETWORK, new IOException("Broken pipe")),
                arguments(Category.NETWORK, new SSLException("x", new EOFException())),
                arguments(Category.TIMEOUT, new SocketTimeoutException("Read timed out")),
                arguments(Category.TIMEOUT, new TimeoutException()),
                arguments(Category.TIMEOUT, new HttpConnectTimeoutException("x")),
                arguments(Category.TIMEOUT, new CompletionException(new TimeoutException())),
                arguments(Category.TIMEOUT, new IOException(new ExecutionException(new SocketTimeoutException()))),
                arguments(Category.CANCELLATION, new InterruptedException()),
                arguments(Category.CANCELLATION, new CancellationException()),
                arguments(Category.CANCELLATION, new ClosedByInterruptException()),
                arguments(Category.CANCELLATION, new RejectedExecutionException("x rejected from y[Shutting down, z]")),
                arguments(Category.CANCELLATION, new RejectedExecutionException("x rejected from y[Terminated, z]")),
                arguments(
                        Category.RESOURCE_EXHAUSTION, new RejectedExecutionException("x rejected from y[Running, z]")),
                arguments(Category.RESOURCE_EXHAUSTION, new OutOfMemoryError()),
                arguments(Category.RESOURCE_EXHAUSTION, new IllegalStateException("Queue full")),
                arguments(Category.RESOURCE_EXHAUSTION, new SocketException("Too many open files")),
                arguments(
                        Category.RESOURCE_EXHAUSTION,
                        new FileSystemException("/var/data", null, "No space left on device")),
                arguments(Category.RESOURCE_EXHAUSTION, new FileNotFoundException("/var/data (Too many open files)")),
                arguments(Category.CONFIGURATION, new BindException("Address already in use")),
                arguments(Category.CONFIGURATION, new ClassNotFoundException()),
                arguments(Category.CONFIGURATION, new NoClassDefFoundError()),
                arguments(Category.CONFIGURATION, new NoSuchAlgorithmException()),
                arguments(Category.CONFIGURATION, new MissingResourceException("x", "y", "z")),
                arguments(Category.SECURITY, new SSLHandshakeException("x")),
                arguments(Category.SECURITY, new SSLException("x", new CertificateExpiredException())),
                arguments(Category.SECURITY, new SecurityException()),
                arguments(Category.SECURITY, new BadPaddingException()),
                arguments(Category.PROGRAMMING, new NullPointerException()),
                arguments(Category.PROGRAMMING, new ClassCastException()),
                arguments(Category.PROGRAMMING, new ArrayIndexOutOfBoundsException(7)),
                arguments(Category.PROGRAMMING, new ArithmeticException("/ by zero")),
                arguments(Category.PROGRAMMING, new ConcurrentModificationException()),
                arguments(Category.PROGRAMMING, new StackOverflowError()),
                arguments(Category.PROGRAMMING, new IllegalStateException()),
                arguments(Category.PROGRAMMING, new OutOfStock()),
                arguments(Category.PROGRAMMING, new NoSuchElementException()),
                arguments(Category.PROGRAMMING, new AssertionError()),
                arguments(Category.PROGRAMMING, new ExceptionInInitializerError(new NullPointerException())),
                arguments(Category.SERIALIZATION, new NumberFormatException()),
                arguments(Category.SERIALIZATION, new DateTimeParseException("x", "yesterday", 0)),
                arguments(Category.SERIALIZATION, new DateTimeException("x")),
                arguments(Category.SERIALIZATION, new NotSerializableException()),
                arguments(Category.SERIALIZATION, new MalformedInputException(1)),
                arguments(Category.SERIALIZATION, new ZipException()),
                arguments(Category.IO, new UncheckedIOException(new IOException("x"))),
                arguments(Category.IO, new FileNotFoundException("/etc/shop")),
                arguments(Category.IO, new NoSuchFileException("/etc/shop")),
                arguments(Category.IO, new AccessDeniedException("/etc/shop")),
                arguments(Category.OTHER, new InternalError()),
                arguments(Category.OTHER, new RuntimeException()),
                arguments(Category.OTHER, new Exception()));
    }

    static Stream<Arguments> ofDatabases() {
        return Stream.of(
                arguments(Category.CONCURRENCY, new DriverException("23505")),
                arguments(Category.CONCURRENCY, new DriverException("40001")),
                arguments(Category.CONCURRENCY, new DriverException("40P01")),
                arguments(Category.CONCURRENCY, new DriverException("55P03")),
                arguments(Category.DATABASE, new DriverException("23503")),
                arguments(Category.DATABASE, new DriverException("42P01")),
                arguments(Category.DATABASE, new DriverException("08006")),
                arguments(Category.SECURITY, new DriverException("28P01")),
                arguments(Category.SECURITY, new DriverException("42501")),
                arguments(Category.RESOURCE_EXHAUSTION, new DriverException("53300")),
                arguments(Category.TIMEOUT, new DriverException("57014")),
                arguments(Category.TIMEOUT, new DriverException("HYT00")),
                arguments(Category.DATABASE, new SQLException("x")),
                arguments(Category.DATABASE, new SQLException("x", new ConnectException("Connection refused"))),
                arguments(Category.TIMEOUT, new SQLException("x", new SocketTimeoutException())),
                arguments(Category.DATABASE, new SQLException("x", new IllegalStateException())),
                arguments(Category.DATABASE, new IllegalStateException("x", new SQLException("y"))),
                arguments(Category.TIMEOUT, new SQLTimeoutException()),
                arguments(Category.CONCURRENCY, new SQLTransactionRollbackException()),
                arguments(Category.DATABASE, new SQLIntegrityConstraintViolationException("x")),
                arguments(Category.CONCURRENCY, new BatchUpdateException("x", "23505", new int[0])),
                arguments(
                        Category.RESOURCE_EXHAUSTION,
                        new SQLTransientConnectionException(
                                "HikariPool-1 - Connection is not available, request timed out after 30000ms.")));
    }

    static Stream<Arguments> ofLibraries() {
        return Stream.of(
                arguments(Category.SERIALIZATION, new InvalidProtocolBufferException("x")),
                arguments(Category.SERIALIZATION, new DecodingException("x")),
                arguments(
                        Category.SERIALIZATION,
                        new ConversionFailedException(
                                TypeDescriptor.valueOf(String.class),
                                TypeDescriptor.valueOf(Integer.class),
                                "x",
                                new IllegalArgumentException())));
    }

    @Test
    void severity_isTheUsualOneOfTheCategoryUnlessTheProcessIsInDanger() {
        assertThat(classify(BY_DEFAULT, new CancellationException()).severity()).isEqualTo(Severity.WARN);
        assertThat(classify(BY_DEFAULT, new ConnectException()).severity()).isEqualTo(Severity.ERROR);
        assertThat(classify(BY_DEFAULT, new StackOverflowError()).severity()).isEqualTo(Severity.FATAL);
        assertThat(classify(BY_DEFAULT, new CancellationException().initCause(new OutOfMemoryError())))
                .isEqualTo(new Classification(Severity.FATAL, Category.RESOURCE_EXHAUSTION));
        assertThat(classify(BY_DEFAULT, new NoClassDefFoundError().initCause(new InterruptedException())))
                .isEqualTo(new Classification(Severity.FATAL, Category.CANCELLATION));
    }

    @Test
    void suppressed_doesNotCount() {
        Exception thrown = new Exception();
        thrown.addSuppressed(new OutOfMemoryError());

        assertThat(classify(BY_DEFAULT, thrown)).isEqualTo(Classification.of(Category.OTHER));
    }

    @Test
    void ownRules_areAskedFirstAndInOrder() {
        Classification declined = new Classification(Severity.INFO, Category.EXTERNAL_SERVICE);
        Classifier classifier = Classifier.builder()
                .rule((trace, types) -> null)
                .rule(ClassificationRule.ofType(PeerException.class.getName(), declined))
                .rule((trace, types) -> Classification.of(Category.SECURITY))
                .build();

        assertThat(classify(classifier, new CompletionException(new FarPeerException())))
                .isEqualTo(declined);
        assertThat(classify(classifier, new ConnectException())).isEqualTo(Classification.of(Category.SECURITY));
    }

    @Test
    void ruleThatThrows_isSaidOnceAndTheDefaultCounts() throws InterruptedException {
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger logger = (Logger) LoggerFactory.getLogger(Classifier.class);
        logger.addAppender(said);
        try {
            Classifier classifier = Classifier.builder()
                    .rule((trace, types) -> {
                        throw new StackOverflowError();
                    })
                    .build();

            assertThat(classify(classifier, new TimeoutException())).isEqualTo(Classification.of(Category.TIMEOUT));
            assertThat(classify(classifier, new TimeoutException())).isEqualTo(Classification.of(Category.TIMEOUT));

            assertThat(BackgroundLog.await(Duration.ofSeconds(10))).isTrue();
            assertThat(said.list).singleElement().asString().contains("java.lang.StackOverflowError");
        } finally {
            logger.detachAppender(said);
        }
    }

    @Test
    void typesOfAnotherThrowable_areNotBelieved() {
        StackTraceModel trace = StackTraceModel.of(new TimeoutException());

        assertThat(BY_DEFAULT.classify(trace, ErrorTypes.of(new SQLException())))
                .isEqualTo(Classification.of(Category.TIMEOUT));
    }

    @Test
    void everyCategory_isKnownByAtLeastOneLine() {
        assertThat(knownErrors().map(known -> known.classification().category()).distinct())
                .containsExactlyInAnyOrder(Category.values());
    }

    @Test
    void noLine_isBehindOneThatAlwaysHolds() {
        Set<String> decided = new HashSet<>();

        assertThat(knownErrors()).allSatisfy(known -> {
            assertThat(decided).doesNotContain(known.type());
            if (known.holdsFor(null, null)) {
                decided.add(known.type());
            }
        });
    }

    private static Stream<KnownError> knownErrors() {
        return Stream.of(KnownErrors.JDK, KnownErrors.DATABASES, KnownErrors.FRAMEWORKS, KnownErrors.CLIENTS)
                .flatMap(String::lines)
                .filter(line -> !line.isBlank())
                .flatMap(KnownError::parse);
    }

    @Test
    void malformedLine_isAnErrorThatNamesIt() {
        assertThatThrownBy(() -> KnownError.parse("NETWORK FATAL")).hasMessageContaining("NETWORK FATAL");
        assertThatThrownBy(() -> KnownError.parse("NETWORK a.B ends c")).hasMessageContaining("ends");
        assertThatThrownBy(() -> KnownError.parse("NET a.B")).hasMessageContaining("NET");
    }

    @Test
    void withoutTheModuleOfJdbc_everythingElseIsClassified() throws IOException, InterruptedException {
        String output = new ChildJvm()
                .option("--limit-modules=java.base,java.logging")
                .without("logback")
                .run(TimeoutClassifyingProgram.class);

        assertThat(output).contains("no java.sql: Classification[severity=ERROR, category=TIMEOUT]");
    }

    private static Classification classify(Classifier classifier, Throwable throwable) {
        return classifier.classify(StackTraceModel.of(throwable), ErrorTypes.of(throwable));
    }

    @Test
    void hierarchy_isTheNearestFirst() {
        List<String> names =
                ErrorTypes.of(new FarPeerException()).causes().get(0).names();

        assertThat(names)
                .containsExactly(
                        FarPeerException.class.getName(),
                        PeerException.class.getName(),
                        "java.net.ConnectException",
                        "java.net.SocketException",
                        "java.io.IOException",
                        "java.lang.Exception");
    }
}
