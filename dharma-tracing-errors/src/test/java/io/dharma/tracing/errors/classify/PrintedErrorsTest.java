package io.dharma.tracing.errors.classify;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.Severity;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What libraries throw that are not here, by the names and messages of a printed trace. */
class PrintedErrorsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NETWORK | org.springframework.web.client.ResourceAccessException: I/O error <- java.net.ConnectException: Connection refused
            TIMEOUT | org.springframework.web.client.ResourceAccessException: I/O error <- java.net.SocketTimeoutException: Read timed out
            NETWORK | org.springframework.web.client.ResourceAccessException: I/O error <- java.io.EOFException
            VALIDATION | org.springframework.web.client.HttpClientErrorException$NotFound: 404 Not Found: [no body]
            SECURITY | org.springframework.web.client.HttpClientErrorException$Unauthorized: 401 Unauthorized
            SECURITY | org.springframework.web.client.HttpClientErrorException: 403 null
            RESOURCE_EXHAUSTION | org.springframework.web.client.HttpClientErrorException$TooManyRequests: 429 Too Many Requests
            VALIDATION | org.springframework.web.client.HttpClientErrorException: 418 null
            EXTERNAL_SERVICE | org.springframework.web.client.HttpServerErrorException$ServiceUnavailable: 503 Service Unavailable
            TIMEOUT | org.springframework.web.client.HttpServerErrorException$GatewayTimeout: 504 Gateway Timeout
            EXTERNAL_SERVICE | org.springframework.web.reactive.function.client.WebClientResponseException: 599 Unknown from GET http://shop
            RESOURCE_EXHAUSTION | org.springframework.web.reactive.function.client.WebClientResponseException: 429 Unknown from GET http://shop
            NETWORK | org.springframework.web.reactive.function.client.WebClientRequestException: reset <- java.io.IOException: Connection reset by peer
            VALIDATION | org.springframework.web.bind.MethodArgumentNotValidException: Validation failed for argument [0]
            VALIDATION | org.springframework.http.converter.HttpMessageNotReadableException: JSON parse error <- com.fasterxml.jackson.core.JsonParseException: Unexpected character
            VALIDATION | org.springframework.web.method.annotation.MethodArgumentTypeMismatchException: Failed to convert <- java.lang.NumberFormatException: For input string: "abc"
            VALIDATION | org.springframework.web.servlet.resource.NoResourceFoundException: No static resource robots.txt.
            VALIDATION | org.springframework.web.HttpRequestMethodNotSupportedException: Request method 'POST' is not supported
            VALIDATION | org.springframework.web.server.ResponseStatusException: 404 NOT_FOUND "no such order"
            SECURITY | org.springframework.web.server.ResponseStatusException: 403 FORBIDDEN
            SECURITY | org.springframework.security.access.AccessDeniedException: Access Denied
            SECURITY | org.springframework.security.authentication.BadCredentialsException: Bad credentials
            DATABASE | org.springframework.security.authentication.InternalAuthenticationServiceException: x <- org.springframework.jdbc.CannotGetJdbcConnectionException: x <- java.net.ConnectException: Connection refused
            CANCELLATION | org.springframework.web.context.request.async.AsyncRequestNotUsableException: ServletOutputStream failed to flush <- java.io.IOException: Broken pipe
            CANCELLATION | org.apache.catalina.connector.ClientAbortException: java.io.IOException: Broken pipe <- java.io.IOException: Broken pipe
            CANCELLATION | org.springframework.http.converter.HttpMessageNotWritableException: Could not write JSON <- org.apache.catalina.connector.ClientAbortException <- java.io.IOException: Broken pipe
            CANCELLATION | org.eclipse.jetty.io.EofException: Closed
            CONFIGURATION | org.springframework.beans.factory.UnsatisfiedDependencyException: x <- org.springframework.beans.factory.NoSuchBeanDefinitionException: No qualifying bean
            CONFIGURATION | org.springframework.beans.factory.BeanCreationException: Error creating bean
            NETWORK | org.springframework.beans.factory.BeanCreationException: Error creating bean <- java.net.UnknownHostException: eureka
            RESOURCE_EXHAUSTION | org.springframework.core.task.TaskRejectedException: x <- java.util.concurrent.RejectedExecutionException: Task rejected
            EXTERNAL_SERVICE | org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException: No fallback available.
            TIMEOUT | org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException: x <- java.util.concurrent.TimeoutException: TimeLimiter

            CONCURRENCY | org.springframework.dao.DuplicateKeyException: x <- org.postgresql.util.PSQLException: ERROR: duplicate key value violates unique constraint "orders_pkey"
            CONCURRENCY | org.springframework.dao.DuplicateKeyException: x <- org.mariadb.jdbc.UnheardOfException
            DATABASE | org.springframework.dao.DataIntegrityViolationException: x <- org.hibernate.exception.ConstraintViolationException: x <- org.postgresql.util.PSQLException: ERROR: null value in column "name" violates not-null constraint
            CONCURRENCY | org.springframework.orm.ObjectOptimisticLockingFailureException: x <- org.hibernate.StaleObjectStateException: Row was updated
            CONCURRENCY | org.springframework.dao.CannotAcquireLockException: x <- org.postgresql.util.PSQLException: ERROR: deadlock detected
            DATABASE | org.springframework.jdbc.BadSqlGrammarException: x <- org.postgresql.util.PSQLException: ERROR: relation "order" does not exist
            RESOURCE_EXHAUSTION | org.springframework.jdbc.CannotGetJdbcConnectionException: x <- java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=5)
            DATABASE | java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms (total=0, active=0, idle=0, waiting=0) <- org.postgresql.util.PSQLException: Connection to db:5432 refused. <- java.net.ConnectException: Connection refused
            DATABASE | com.zaxxer.hikari.pool.HikariPool$PoolInitializationException: Failed to initialize pool
            RESOURCE_EXHAUSTION | org.postgresql.util.PSQLException: FATAL: sorry, too many clients already
            SECURITY | org.postgresql.util.PSQLException: FATAL: password authentication failed for user "shop"
            TIMEOUT | org.postgresql.util.PSQLException: ERROR: canceling statement due to statement timeout
            TIMEOUT | org.postgresql.util.PSQLException: An I/O error occurred while sending to the backend. <- java.net.SocketTimeoutException: Read timed out
            DATABASE | org.postgresql.util.PSQLException: An I/O error occurred while sending to the backend. <- java.io.EOFException
            DATABASE | com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure <- com.mysql.cj.exceptions.CJCommunicationsException: x <- java.net.ConnectException: Connection refused
            CONCURRENCY | com.mysql.cj.jdbc.exceptions.MySQLTransactionRollbackException: Deadlock found when trying to get lock
            CONCURRENCY | java.sql.SQLIntegrityConstraintViolationException: Duplicate entry '7' for key 'orders.PRIMARY'
            DATABASE | java.sql.SQLSyntaxErrorException: ORA-00942: table or view does not exist
            CONCURRENCY | com.microsoft.sqlserver.jdbc.SQLServerException: Transaction (Process ID 52) was deadlocked on lock resources
            DATABASE | io.r2dbc.spi.R2dbcNonTransientResourceException: x <- io.r2dbc.spi.R2dbcException: x
            PROGRAMMING | org.hibernate.LazyInitializationException: failed to lazily initialize a collection
            DATABASE | jakarta.persistence.PersistenceException: x <- org.hibernate.exception.SQLGrammarException: x
            DATABASE | javax.persistence.PersistenceException: x
            CONCURRENCY | javax.persistence.OptimisticLockException: x
            CONFIGURATION | org.hibernate.AnnotationException: No identifier specified for entity
            VALIDATION | org.springframework.transaction.TransactionSystemException: x <- jakarta.persistence.RollbackException: x <- jakarta.validation.ConstraintViolationException: name: must not be blank
            VALIDATION | javax.validation.ConstraintViolationException: name: must not be blank
            PROGRAMMING | jakarta.validation.UnexpectedTypeException: HV000030

            TIMEOUT | org.springframework.dao.QueryTimeoutException: Redis command timed out <- io.lettuce.core.RedisCommandTimeoutException: Command timed out after 1 minute(s)
            DATABASE | org.springframework.data.redis.RedisConnectionFailureException: x <- io.lettuce.core.RedisConnectionException: Unable to connect <- io.netty.channel.AbstractChannel$AnnotatedConnectException: Connection refused
            RESOURCE_EXHAUSTION | io.lettuce.core.RedisCommandExecutionException: OOM command not allowed when used memory > 'maxmemory'.
            SECURITY | io.lettuce.core.RedisCommandExecutionException: NOAUTH Authentication required.
            PROGRAMMING | io.lettuce.core.RedisCommandExecutionException: WRONGTYPE Operation against a key
            DATABASE | redis.clients.jedis.exceptions.JedisConnectionException: Failed to connect to any host
            RESOURCE_EXHAUSTION | redis.clients.jedis.exceptions.JedisExhaustedPoolException: x <- java.util.NoSuchElementException: Timeout waiting for idle object
            TIMEOUT | com.mongodb.MongoTimeoutException: Timed out after 30000 ms while waiting to connect
            DATABASE | com.mongodb.MongoSocketOpenException: Exception opening socket <- java.net.ConnectException: Connection refused
            CONCURRENCY | com.mongodb.MongoWriteException: Write operation error E11000 duplicate key error collection
            DATABASE | com.mongodb.MongoCommandException: Command failed with error 26
            CONCURRENCY | co.elastic.clients.elasticsearch._types.ElasticsearchException: [es/index] failed: [version_conflict_engine_exception] x
            RESOURCE_EXHAUSTION | co.elastic.clients.elasticsearch._types.ElasticsearchException: [es/bulk] failed: [es_rejected_execution_exception] x
            DATABASE | co.elastic.clients.elasticsearch._types.ElasticsearchException: [es/search] failed: [index_not_found_exception] no such index
            DATABASE | org.elasticsearch.client.ResponseException: method [POST], status line [HTTP/1.1 503]
            TIMEOUT | com.datastax.oss.driver.api.core.DriverTimeoutException: Query timed out after PT2S

            TIMEOUT | java.util.concurrent.ExecutionException: x <- org.apache.kafka.common.errors.TimeoutException: Topic orders not present in metadata after 60000 ms.
            SERIALIZATION | org.apache.kafka.common.errors.SerializationException: Error deserializing key/value
            SECURITY | org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [orders]
            CANCELLATION | org.apache.kafka.common.errors.WakeupException
            EXTERNAL_SERVICE | org.apache.kafka.common.KafkaException: Failed to construct kafka producer
            CONFIGURATION | org.apache.kafka.common.KafkaException: Failed to construct kafka producer <- org.apache.kafka.common.config.ConfigException: No resolvable bootstrap urls
            CONCURRENCY | org.apache.kafka.clients.consumer.CommitFailedException: Offset commit cannot be completed
            NETWORK | com.rabbitmq.client.AlreadyClosedException: connection is already closed

            NETWORK | io.grpc.StatusRuntimeException: UNAVAILABLE: io exception
            TIMEOUT | io.grpc.StatusRuntimeException: DEADLINE_EXCEEDED: deadline exceeded after 4.99s
            CANCELLATION | io.grpc.StatusRuntimeException: CANCELLED: client cancelled
            RESOURCE_EXHAUSTION | io.grpc.StatusException: RESOURCE_EXHAUSTED: gRPC message exceeds maximum size
            SECURITY | io.grpc.StatusRuntimeException: PERMISSION_DENIED
            VALIDATION | io.grpc.StatusRuntimeException: INVALID_ARGUMENT: id
            EXTERNAL_SERVICE | io.grpc.StatusRuntimeException: INTERNAL: after UNAVAILABLE
            EXTERNAL_SERVICE | feign.FeignException$ServiceUnavailable: [503] during [GET] to [http://shop]
            NETWORK | feign.RetryableException: Connection refused executing GET <- java.net.ConnectException: Connection refused
            SECURITY | software.amazon.awssdk.awscore.exception.AwsServiceException: Access Denied (Service: S3, Status Code: 403, Request ID: 1)
            EXTERNAL_SERVICE | software.amazon.awssdk.services.s3.model.S3Exception: We encountered an internal error (Service: S3, Status Code: 500)
            NETWORK | software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request <- java.net.UnknownHostException: s3
            RESOURCE_EXHAUSTION | software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException: x
            NETWORK | okhttp3.internal.http2.StreamResetException: stream was reset: REFUSED_STREAM
            TIMEOUT | java.io.InterruptedIOException: timeout
            CANCELLATION | java.io.IOException: Canceled
            NETWORK | java.io.IOException: unexpected end of stream on http://shop/...
            RESOURCE_EXHAUSTION | org.apache.http.conn.ConnectionPoolTimeoutException: Timeout waiting for connection from pool
            NETWORK | org.apache.hc.core5.http.NoHttpResponseException: shop:80 failed to respond
            TIMEOUT | org.apache.hc.client5.http.ConnectTimeoutException: Connect to shop:80 failed
            TIMEOUT | io.netty.handler.timeout.ReadTimeoutException
            NETWORK | reactor.netty.http.client.PrematureCloseException: Connection prematurely closed BEFORE response
            RESOURCE_EXHAUSTION | reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException: Pool#acquire(Duration) has been pending
            CANCELLATION | reactor.netty.channel.AbortedException: Connection has been closed
            TIMEOUT | java.lang.IllegalStateException: Timeout on blocking read for 5000000000 NANOSECONDS
            RESOURCE_EXHAUSTION | reactor.core.Exceptions$OverflowException: Could not emit value due to lack of requests
            EXTERNAL_SERVICE | io.github.resilience4j.circuitbreaker.CallNotPermittedException: CircuitBreaker 'shop' is OPEN
            RESOURCE_EXHAUSTION | io.github.resilience4j.bulkhead.BulkheadFullException: Bulkhead 'shop' is full
            CANCELLATION | kotlinx.coroutines.JobCancellationException: Job was cancelled
            TIMEOUT | kotlinx.coroutines.TimeoutCancellationException: Timed out waiting for 1000 ms
            SERIALIZATION | com.fasterxml.jackson.databind.exc.InvalidDefinitionException: No serializer found
            PROGRAMMING | com.fasterxml.jackson.databind.JsonMappingException: (through reference chain) <- java.lang.NullPointerException
            SERIALIZATION | tools.jackson.core.exc.StreamReadException: Unexpected end-of-input
            SERIALIZATION | com.google.gson.JsonSyntaxException: x <- java.lang.IllegalStateException: Expected BEGIN_OBJECT but was STRING
            SERIALIZATION | com.google.protobuf.InvalidProtocolBufferException: Protocol message tag had invalid wire type.

            TIMEOUT | com.acme.PaymentTimeoutException
            SECURITY | com.acme.AccessDeniedException
            VALIDATION | com.acme.OrderValidationException: no lines
            NETWORK | com.acme.OrderValidationException: no answer <- java.net.ConnectException: Connection refused
            CONCURRENCY | com.acme.OrderConflictException
            OTHER | com.acme.OutOfStockException: none left
            OTHER | java.lang.RuntimeException: no idea
            """)
    void printedTrace_isOfCategory(Category category, String chain) {
        assertThat(classify(chain).category()).isEqualTo(category);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            WARN | org.springframework.security.access.AccessDeniedException: Access Denied
            WARN | org.springframework.web.bind.MethodArgumentNotValidException: Validation failed
            WARN | org.apache.catalina.connector.ClientAbortException <- java.io.IOException: Broken pipe
            ERROR | org.springframework.web.client.HttpClientErrorException$BadRequest: 400 Bad Request
            ERROR | java.net.ConnectException: Connection refused
            ERROR | com.acme.OutOfStockException
            FATAL | java.util.concurrent.ExecutionException: x <- java.lang.OutOfMemoryError: Java heap space
            FATAL | jakarta.servlet.ServletException: Handler dispatch failed <- java.lang.NoSuchMethodError: 'void a.B.c()'
            FATAL | java.lang.ExceptionInInitializerError <- java.lang.NullPointerException
            FATAL | io.netty.util.internal.OutOfDirectMemoryError: failed to allocate 16777216 byte(s) of direct memory
            """)
    void printedTrace_isOfSeverity(Severity severity, String chain) {
        assertThat(classify(chain).severity()).isEqualTo(severity);
    }

    private static Classification classify(String chain) {
        return Classifier.builder().build().classify(StackTraceModel.parse(chain.replace(" <- ", "\nCaused by: ")));
    }
}
