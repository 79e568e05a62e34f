package io.dharma.tracing.errors.classify;

/**
 * What the JDK and widely used libraries throw, and what that says. One rule a line:
 *
 * <pre>
 * [hardly|perhaps|surely] CATEGORY [SEVERITY] class... [begins TEXT|contains TEXT|state CODE]
 * </pre>
 *
 * <ul>
 *   <li>It holds for instances of these classes and interfaces whose message begins with or contains the text, or whose SQL
 *       state begins with the code. Of rules for one class the first that holds counts.
 *   <li>{@code perhaps}: says where, not why, such as that it was a database; {@code hardly}: says next to nothing, since
 *       all kinds of code throw it; {@code surely}: says all, whatever caused it. {@link Decision} says what follows.
 *   <li>The severity, where it is not the usual one of the category.
 *   <li>{@code jakarta.} stands for {@code javax.} as well, and {@code *} for the beginning of any name.
 * </ul>
 */
final class KnownErrors {

    static final String JDK = """
            RESOURCE_EXHAUSTION FATAL  java.lang.OutOfMemoryError
            PROGRAMMING FATAL          java.lang.StackOverflowError
            perhaps OTHER FATAL        java.lang.VirtualMachineError java.lang.InternalError java.lang.UnknownError

            CONFIGURATION FATAL        java.lang.LinkageError java.lang.NoClassDefFoundError java.lang.NoSuchMethodError
            CONFIGURATION FATAL        java.lang.NoSuchFieldError java.lang.AbstractMethodError java.lang.VerifyError
            CONFIGURATION FATAL        java.lang.IncompatibleClassChangeError java.lang.UnsupportedClassVersionError
            CONFIGURATION FATAL        java.lang.ClassFormatError java.lang.UnsatisfiedLinkError java.lang.IllegalAccessError
            CONFIGURATION FATAL        java.lang.ExceptionInInitializerError java.lang.BootstrapMethodError
            CONFIGURATION              java.lang.ClassNotFoundException java.util.ServiceConfigurationError
            CONFIGURATION              java.lang.TypeNotPresentException java.util.MissingResourceException
            CONFIGURATION              java.security.NoSuchAlgorithmException java.security.NoSuchProviderException
            CONFIGURATION              java.net.BindException
            perhaps CONFIGURATION      java.security.KeyStoreException javax.naming.NamingException
            CONFIGURATION              javax.naming.NameNotFoundException javax.naming.NoInitialContextException

            PROGRAMMING                java.lang.NullPointerException java.lang.ClassCastException
            PROGRAMMING                java.lang.IndexOutOfBoundsException java.lang.ArrayIndexOutOfBoundsException
            PROGRAMMING                java.lang.StringIndexOutOfBoundsException java.lang.NegativeArraySizeException
            PROGRAMMING                java.lang.ArrayStoreException java.lang.ArithmeticException java.lang.MatchException
            PROGRAMMING                java.lang.IllegalMonitorStateException java.lang.IllegalThreadStateException
            PROGRAMMING                java.lang.WrongThreadException java.lang.EnumConstantNotPresentException
            PROGRAMMING                java.lang.CloneNotSupportedException java.util.ConcurrentModificationException
            PROGRAMMING                java.util.EmptyStackException java.util.IllegalFormatException
            PROGRAMMING                java.util.regex.PatternSyntaxException java.nio.channels.NotYetConnectedException
            PROGRAMMING                java.nio.BufferOverflowException java.nio.BufferUnderflowException
            PROGRAMMING                java.nio.ReadOnlyBufferException
            hardly PROGRAMMING         java.lang.AssertionError java.lang.UnsupportedOperationException
            hardly PROGRAMMING         java.lang.ReflectiveOperationException java.lang.NoSuchMethodException
            hardly PROGRAMMING         java.lang.NoSuchFieldException java.lang.IllegalAccessException
            hardly PROGRAMMING         java.lang.InstantiationException java.lang.IllegalArgumentException

            TIMEOUT                    java.lang.IllegalStateException begins Timeout on blocking read
            RESOURCE_EXHAUSTION        java.lang.IllegalStateException begins Queue full
            hardly PROGRAMMING         java.lang.IllegalStateException
            RESOURCE_EXHAUSTION        java.util.NoSuchElementException begins Timeout waiting for idle object
            RESOURCE_EXHAUSTION        java.util.NoSuchElementException begins Pool exhausted
            hardly PROGRAMMING         java.util.NoSuchElementException

            TIMEOUT                    java.util.concurrent.TimeoutException java.net.SocketTimeoutException
            TIMEOUT                    java.net.http.HttpTimeoutException java.net.http.HttpConnectTimeoutException
            TIMEOUT                    java.io.InterruptedIOException begins timeout
            TIMEOUT                    javax.naming.TimeLimitExceededException

            CANCELLATION               java.lang.InterruptedException java.util.concurrent.CancellationException
            CANCELLATION               java.nio.channels.ClosedByInterruptException java.io.InterruptedIOException
            CANCELLATION               java.nio.channels.FileLockInterruptionException
            CANCELLATION               java.util.concurrent.RejectedExecutionException contains [Shutting down
            CANCELLATION               java.util.concurrent.RejectedExecutionException contains [Terminated
            RESOURCE_EXHAUSTION        java.util.concurrent.RejectedExecutionException
            CONCURRENCY                java.util.concurrent.BrokenBarrierException
            CONCURRENCY                java.nio.channels.OverlappingFileLockException

            RESOURCE_EXHAUSTION        java.net.SocketException contains Too many open files
            NETWORK                    java.net.SocketException java.net.ConnectException java.net.NoRouteToHostException
            NETWORK                    java.net.PortUnreachableException java.net.UnknownHostException
            NETWORK                    java.net.UnknownServiceException java.net.HttpRetryException
            NETWORK                    java.nio.channels.ClosedChannelException java.nio.channels.UnresolvedAddressException
            NETWORK                    java.nio.channels.AsynchronousCloseException javax.naming.CommunicationException
            NETWORK                    java.rmi.ConnectException java.rmi.ConnectIOException java.rmi.UnknownHostException
            perhaps NETWORK            java.net.ProtocolException javax.net.ssl.SSLException
            perhaps EXTERNAL_SERVICE   java.rmi.RemoteException java.net.http.WebSocketHandshakeException

            SECURITY                   javax.net.ssl.SSLHandshakeException javax.net.ssl.SSLPeerUnverifiedException
            SECURITY                   java.lang.SecurityException java.security.AccessControlException
            SECURITY                   java.security.cert.CertificateException java.security.cert.CertPathBuilderException
            SECURITY                   java.security.cert.CertificateExpiredException
            SECURITY                   java.security.cert.CertificateNotYetValidException
            SECURITY                   java.security.cert.CertPathValidatorException java.security.InvalidKeyException
            SECURITY                   java.security.SignatureException javax.crypto.BadPaddingException
            SECURITY                   javax.crypto.AEADBadTagException javax.security.auth.login.LoginException
            SECURITY                   javax.security.auth.login.FailedLoginException javax.naming.AuthenticationException
            SECURITY                   javax.naming.NoPermissionException javax.security.sasl.SaslException
            perhaps SECURITY           java.security.GeneralSecurityException

            SERIALIZATION              java.io.ObjectStreamException java.io.NotSerializableException
            SERIALIZATION              java.io.InvalidClassException java.io.StreamCorruptedException
            SERIALIZATION              java.io.UTFDataFormatException java.nio.charset.CharacterCodingException
            SERIALIZATION              java.nio.charset.MalformedInputException java.util.zip.ZipException
            SERIALIZATION              java.util.zip.DataFormatException java.text.ParseException
            SERIALIZATION              java.time.format.DateTimeParseException java.lang.NumberFormatException
            SERIALIZATION              java.util.InputMismatchException
            SERIALIZATION              org.xml.sax.SAXException org.xml.sax.SAXParseException
            SERIALIZATION              javax.xml.stream.XMLStreamException javax.xml.transform.TransformerException
            perhaps SERIALIZATION      java.time.DateTimeException java.net.URISyntaxException java.net.MalformedURLException

            RESOURCE_EXHAUSTION        java.io.IOException contains No space left on device
            RESOURCE_EXHAUSTION        java.io.IOException contains Too many open files
            RESOURCE_EXHAUSTION        java.io.IOException contains Disk quota exceeded
            RESOURCE_EXHAUSTION        java.io.IOException contains Cannot allocate memory
            NETWORK                    java.io.IOException begins Connection reset
            NETWORK                    java.io.IOException begins Connection refused
            NETWORK                    java.io.IOException begins Broken pipe
            NETWORK                    java.io.IOException contains header parser received no bytes
            NETWORK                    java.io.IOException begins unexpected end of stream
            CANCELLATION               java.io.IOException begins Canceled
            hardly IO                  java.io.IOException java.io.UncheckedIOException java.io.EOFException
            perhaps IO                 java.io.FileNotFoundException java.nio.file.FileSystemException
            perhaps IO                 java.nio.file.NoSuchFileException java.nio.file.FileAlreadyExistsException
            perhaps IO                 java.nio.file.AccessDeniedException java.nio.file.DirectoryNotEmptyException
            """;

    static final String DATABASES = """
            TIMEOUT                    java.sql.SQLTimeoutException com.mysql.cj.jdbc.exceptions.MySQLTimeoutException
            SECURITY                   java.sql.SQLInvalidAuthorizationSpecException
            CONCURRENCY                java.sql.SQLTransactionRollbackException
            CONCURRENCY                com.mysql.cj.jdbc.exceptions.MySQLTransactionRollbackException
            PROGRAMMING                java.sql.SQLFeatureNotSupportedException
            CONCURRENCY                java.sql.SQLIntegrityConstraintViolationException begins Duplicate entry
            RESOURCE_EXHAUSTION        java.sql.SQLTransientConnectionException contains Connection is not available
            perhaps DATABASE           java.sql.SQLTransientConnectionException java.sql.SQLRecoverableException

            CONCURRENCY                java.sql.SQLException state 23505
            CONCURRENCY                java.sql.SQLException state 40
            CONCURRENCY                java.sql.SQLException state 55P03
            CONCURRENCY                java.sql.SQLException state 61000
            SECURITY                   java.sql.SQLException state 28
            SECURITY                   java.sql.SQLException state 42501
            RESOURCE_EXHAUSTION        java.sql.SQLException state 53
            TIMEOUT                    java.sql.SQLException state 57014
            TIMEOUT                    java.sql.SQLException state HYT
            RESOURCE_EXHAUSTION        java.sql.SQLException contains Too many connections
            RESOURCE_EXHAUSTION        java.sql.SQLException begins Sorry, acquisition timeout
            RESOURCE_EXHAUSTION        java.sql.SQLException begins An attempt by a client to checkout a Connection
            RESOURCE_EXHAUSTION        java.sql.SQLException begins Cannot get a connection, pool error
            CONCURRENCY                java.sql.SQLException contains ORA-00001
            CONCURRENCY                java.sql.SQLException contains ORA-00060
            perhaps DATABASE           java.sql.SQLException java.sql.BatchUpdateException java.sql.SQLTransientException
            perhaps DATABASE           java.sql.SQLIntegrityConstraintViolationException java.sql.SQLSyntaxErrorException
            perhaps DATABASE           java.sql.SQLDataException java.sql.SQLNonTransientConnectionException
            RESOURCE_EXHAUSTION        org.apache.tomcat.jdbc.pool.PoolExhaustedException
            RESOURCE_EXHAUSTION        com.alibaba.druid.pool.GetConnectionTimeoutException
            perhaps DATABASE           com.zaxxer.hikari.pool.HikariPool$PoolInitializationException

            CONCURRENCY                org.postgresql.util.PSQLException contains duplicate key value
            CONCURRENCY                org.postgresql.util.PSQLException contains deadlock detected
            CONCURRENCY                org.postgresql.util.PSQLException contains could not serialize access
            TIMEOUT                    org.postgresql.util.PSQLException contains canceling statement due to
            SECURITY                   org.postgresql.util.PSQLException contains authentication failed
            SECURITY                   org.postgresql.util.PSQLException contains permission denied
            RESOURCE_EXHAUSTION        org.postgresql.util.PSQLException contains too many clients already
            RESOURCE_EXHAUSTION        org.postgresql.util.PSQLException contains remaining connection slots
            perhaps DATABASE           org.postgresql.util.PSQLException oracle.jdbc.OracleDatabaseException
            perhaps DATABASE           com.mysql.cj.exceptions.CJException com.mysql.cj.jdbc.exceptions.MysqlDataTruncation
            DATABASE                   com.mysql.cj.jdbc.exceptions.CommunicationsException
            DATABASE                   com.mysql.cj.exceptions.CJCommunicationsException
            CONCURRENCY                com.microsoft.sqlserver.jdbc.SQLServerException contains deadlock
            TIMEOUT                    com.microsoft.sqlserver.jdbc.SQLServerException contains query has timed out
            perhaps DATABASE           com.microsoft.sqlserver.jdbc.SQLServerException
            CONCURRENCY                org.sqlite.SQLiteException contains SQLITE_BUSY
            perhaps DATABASE           org.sqlite.SQLiteException org.h2.jdbc.JdbcException
            TIMEOUT                    io.r2dbc.spi.R2dbcTimeoutException
            CONCURRENCY                io.r2dbc.spi.R2dbcRollbackException
            SECURITY                   io.r2dbc.spi.R2dbcPermissionDeniedException
            perhaps DATABASE           io.r2dbc.spi.R2dbcException io.r2dbc.spi.R2dbcDataIntegrityViolationException
            perhaps DATABASE           org.jooq.exception.DataAccessException org.apache.ibatis.exceptions.PersistenceException
            perhaps DATABASE           org.flywaydb.core.api.FlywayException liquibase.exception.LiquibaseException

            CONCURRENCY                jakarta.persistence.OptimisticLockException
            CONCURRENCY                jakarta.persistence.PessimisticLockException jakarta.persistence.LockTimeoutException
            CONCURRENCY                jakarta.persistence.EntityExistsException
            TIMEOUT                    jakarta.persistence.QueryTimeoutException
            PROGRAMMING                jakarta.persistence.TransactionRequiredException
            PROGRAMMING                jakarta.persistence.NonUniqueResultException
            perhaps DATABASE           jakarta.persistence.PersistenceException jakarta.persistence.RollbackException
            perhaps DATABASE           jakarta.persistence.EntityNotFoundException jakarta.persistence.NoResultException
            perhaps DATABASE           jakarta.transaction.RollbackException

            CONCURRENCY                org.hibernate.StaleStateException org.hibernate.StaleObjectStateException
            CONCURRENCY                org.hibernate.PessimisticLockException org.hibernate.dialect.lock.OptimisticEntityLockException
            CONCURRENCY                org.hibernate.exception.LockAcquisitionException
            CONCURRENCY                org.hibernate.exception.LockTimeoutException
            TIMEOUT                    org.hibernate.QueryTimeoutException
            PROGRAMMING                org.hibernate.LazyInitializationException org.hibernate.TransientObjectException
            PROGRAMMING                org.hibernate.QueryException org.hibernate.NonUniqueResultException
            PROGRAMMING                org.hibernate.query.SemanticException
            CONFIGURATION              org.hibernate.MappingException org.hibernate.AnnotationException
            perhaps DATABASE           org.hibernate.HibernateException org.hibernate.JDBCException
            perhaps DATABASE           org.hibernate.exception.ConstraintViolationException
            perhaps DATABASE           org.hibernate.exception.JDBCConnectionException
            perhaps DATABASE           org.hibernate.exception.SQLGrammarException org.hibernate.exception.GenericJDBCException
            perhaps DATABASE           org.hibernate.exception.DataException

            TIMEOUT                    com.mongodb.MongoTimeoutException com.mongodb.MongoExecutionTimeoutException
            TIMEOUT                    com.mongodb.MongoSocketReadTimeoutException com.mongodb.MongoOperationTimeoutException
            RESOURCE_EXHAUSTION        com.mongodb.MongoWaitQueueFullException
            CONCURRENCY                com.mongodb.DuplicateKeyException
            CONCURRENCY                com.mongodb.MongoServerException contains E11000
            CONCURRENCY                com.mongodb.MongoServerException contains WriteConflict
            CONCURRENCY                com.mongodb.MongoWriteException com.mongodb.MongoBulkWriteException contains E11000
            CONCURRENCY                com.mongodb.MongoCommandException contains WriteConflict
            SECURITY                   com.mongodb.MongoSecurityException
            CANCELLATION               com.mongodb.MongoInterruptedException
            CONFIGURATION              com.mongodb.MongoConfigurationException
            SERIALIZATION              org.bson.codecs.configuration.CodecConfigurationException
            SERIALIZATION              org.bson.BsonSerializationException
            DATABASE                   com.mongodb.MongoSocketException com.mongodb.MongoSocketOpenException
            DATABASE                   com.mongodb.MongoNotPrimaryException com.mongodb.MongoConnectionPoolClearedException
            perhaps DATABASE           com.mongodb.MongoException com.mongodb.MongoServerException
            perhaps DATABASE           com.mongodb.MongoWriteException com.mongodb.MongoBulkWriteException
            perhaps DATABASE           com.mongodb.MongoCommandException com.mongodb.MongoSocketReadException

            CONCURRENCY                co.elastic.clients.elasticsearch._types.ElasticsearchException contains [version_conflict
            RESOURCE_EXHAUSTION        co.elastic.clients.elasticsearch._types.ElasticsearchException contains [es_rejected
            RESOURCE_EXHAUSTION        co.elastic.clients.elasticsearch._types.ElasticsearchException contains [circuit_break
            SECURITY                   co.elastic.clients.elasticsearch._types.ElasticsearchException contains [security_
            perhaps DATABASE           co.elastic.clients.elasticsearch._types.ElasticsearchException
            perhaps DATABASE           co.elastic.clients.transport.TransportException org.elasticsearch.ElasticsearchException
            perhaps DATABASE           org.elasticsearch.ElasticsearchStatusException org.elasticsearch.client.ResponseException
            perhaps DATABASE           org.opensearch.client.opensearch._types.OpenSearchException
            perhaps DATABASE           org.opensearch.OpenSearchException org.opensearch.client.ResponseException

            TIMEOUT                    io.lettuce.core.RedisCommandTimeoutException org.redisson.client.RedisTimeoutException
            CANCELLATION               io.lettuce.core.RedisCommandInterruptedException
            RESOURCE_EXHAUSTION        io.lettuce.core.RedisCommandExecutionException begins OOM
            SECURITY                   io.lettuce.core.RedisCommandExecutionException begins NOAUTH
            SECURITY                   io.lettuce.core.RedisCommandExecutionException begins WRONGPASS
            SECURITY                   io.lettuce.core.RedisCommandExecutionException begins NOPERM
            PROGRAMMING                io.lettuce.core.RedisCommandExecutionException begins WRONGTYPE
            DATABASE                   io.lettuce.core.RedisConnectionException io.lettuce.core.RedisBusyException
            DATABASE                   io.lettuce.core.RedisLoadingException io.lettuce.core.RedisReadOnlyException
            perhaps DATABASE           io.lettuce.core.RedisException io.lettuce.core.RedisCommandExecutionException
            RESOURCE_EXHAUSTION        redis.clients.jedis.exceptions.JedisExhaustedPoolException
            SECURITY                   redis.clients.jedis.exceptions.JedisAccessControlException
            RESOURCE_EXHAUSTION        redis.clients.jedis.exceptions.JedisDataException begins OOM
            SECURITY                   redis.clients.jedis.exceptions.JedisDataException begins NOAUTH
            PROGRAMMING                redis.clients.jedis.exceptions.JedisDataException begins WRONGTYPE
            perhaps DATABASE           redis.clients.jedis.exceptions.JedisConnectionException
            perhaps DATABASE           redis.clients.jedis.exceptions.JedisException
            perhaps DATABASE           redis.clients.jedis.exceptions.JedisDataException
            RESOURCE_EXHAUSTION        org.redisson.client.RedisOutOfMemoryException
            perhaps DATABASE           org.redisson.client.RedisException org.redisson.client.RedisConnectionException

            TIMEOUT                    com.datastax.oss.driver.api.core.DriverTimeoutException
            TIMEOUT                    com.datastax.oss.driver.api.core.servererrors.ReadTimeoutException
            TIMEOUT                    com.datastax.oss.driver.api.core.servererrors.WriteTimeoutException
            RESOURCE_EXHAUSTION        com.datastax.oss.driver.api.core.servererrors.OverloadedException
            SECURITY                   com.datastax.oss.driver.api.core.auth.AuthenticationException
            perhaps DATABASE           com.datastax.oss.driver.api.core.DriverException
            perhaps DATABASE           com.datastax.oss.driver.api.core.AllNodesFailedException
            perhaps DATABASE           com.datastax.oss.driver.api.core.NoNodeAvailableException
            perhaps DATABASE           org.neo4j.driver.exceptions.Neo4jException
            DATABASE                   org.neo4j.driver.exceptions.ServiceUnavailableException
            """;

    static final String FRAMEWORKS = """
            CONCURRENCY                org.springframework.dao.ConcurrencyFailureException
            CONCURRENCY                org.springframework.dao.DuplicateKeyException
            CONCURRENCY                org.springframework.dao.OptimisticLockingFailureException
            CONCURRENCY                org.springframework.dao.PessimisticLockingFailureException
            CONCURRENCY                org.springframework.dao.CannotAcquireLockException
            CONCURRENCY                org.springframework.dao.DeadlockLoserDataAccessException
            CONCURRENCY                org.springframework.dao.CannotSerializeTransactionException
            CONCURRENCY                org.springframework.orm.ObjectOptimisticLockingFailureException
            CONCURRENCY                org.springframework.orm.jpa.JpaOptimisticLockingFailureException
            TIMEOUT                    org.springframework.dao.QueryTimeoutException
            TIMEOUT                    org.springframework.transaction.TransactionTimedOutException
            SECURITY                   org.springframework.dao.PermissionDeniedDataAccessException
            PROGRAMMING                org.springframework.dao.InvalidDataAccessApiUsageException
            PROGRAMMING                org.springframework.dao.IncorrectResultSizeDataAccessException
            PROGRAMMING                org.springframework.transaction.IllegalTransactionStateException
            DATABASE                   org.springframework.data.redis.RedisConnectionFailureException
            perhaps DATABASE           org.springframework.dao.DataAccessException
            perhaps DATABASE           org.springframework.dao.DataIntegrityViolationException
            perhaps DATABASE           org.springframework.dao.DataAccessResourceFailureException
            perhaps DATABASE           org.springframework.dao.EmptyResultDataAccessException
            perhaps DATABASE           org.springframework.dao.InvalidDataAccessResourceUsageException
            perhaps DATABASE           org.springframework.jdbc.BadSqlGrammarException
            perhaps DATABASE           org.springframework.jdbc.CannotGetJdbcConnectionException
            perhaps DATABASE           org.springframework.jdbc.UncategorizedSQLException
            perhaps DATABASE           org.springframework.orm.jpa.JpaSystemException
            perhaps DATABASE           org.springframework.transaction.TransactionException
            perhaps DATABASE           org.springframework.transaction.CannotCreateTransactionException
            perhaps DATABASE           org.springframework.transaction.TransactionSystemException
            perhaps DATABASE           org.springframework.transaction.UnexpectedRollbackException

            SECURITY                   org.springframework.web.client.HttpClientErrorException$Unauthorized
            SECURITY                   org.springframework.web.client.HttpClientErrorException$Forbidden
            SECURITY                   org.springframework.web.client.HttpClientErrorException begins 401
            SECURITY                   org.springframework.web.client.HttpClientErrorException begins 403
            TIMEOUT                    org.springframework.web.client.HttpClientErrorException begins 408
            RESOURCE_EXHAUSTION        org.springframework.web.client.HttpClientErrorException begins 429
            RESOURCE_EXHAUSTION        org.springframework.web.client.HttpClientErrorException$TooManyRequests
            CONCURRENCY                org.springframework.web.client.HttpClientErrorException$Conflict
            VALIDATION ERROR           org.springframework.web.client.HttpClientErrorException
            VALIDATION ERROR           org.springframework.web.client.HttpClientErrorException$BadRequest
            VALIDATION ERROR           org.springframework.web.client.HttpClientErrorException$NotFound
            VALIDATION ERROR           org.springframework.web.client.HttpClientErrorException$UnprocessableEntity
            VALIDATION ERROR           org.springframework.web.client.HttpClientErrorException$UnprocessableContent
            TIMEOUT                    org.springframework.web.client.HttpServerErrorException$GatewayTimeout
            EXTERNAL_SERVICE           org.springframework.web.client.HttpServerErrorException
            EXTERNAL_SERVICE           org.springframework.web.client.HttpServerErrorException$InternalServerError
            EXTERNAL_SERVICE           org.springframework.web.client.HttpServerErrorException$BadGateway
            EXTERNAL_SERVICE           org.springframework.web.client.HttpServerErrorException$ServiceUnavailable
            EXTERNAL_SERVICE           org.springframework.web.client.UnknownHttpStatusCodeException
            perhaps NETWORK            org.springframework.web.client.ResourceAccessException
            perhaps EXTERNAL_SERVICE   org.springframework.web.client.RestClientException
            SECURITY                   org.springframework.web.reactive.function.client.WebClientResponseException begins 401
            SECURITY                   org.springframework.web.reactive.function.client.WebClientResponseException begins 403
            RESOURCE_EXHAUSTION        org.springframework.web.reactive.function.client.WebClientResponseException begins 429
            VALIDATION ERROR           org.springframework.web.reactive.function.client.WebClientResponseException begins 4
            EXTERNAL_SERVICE           org.springframework.web.reactive.function.client.WebClientResponseException
            SECURITY                   org.springframework.web.reactive.function.client.WebClientResponseException$Unauthorized
            SECURITY                   org.springframework.web.reactive.function.client.WebClientResponseException$Forbidden
            RESOURCE_EXHAUSTION        org.springframework.web.reactive.function.client.WebClientResponseException$TooManyRequests
            VALIDATION ERROR           org.springframework.web.reactive.function.client.WebClientResponseException$BadRequest
            VALIDATION ERROR           org.springframework.web.reactive.function.client.WebClientResponseException$NotFound
            EXTERNAL_SERVICE           org.springframework.web.reactive.function.client.WebClientResponseException$InternalServerError
            EXTERNAL_SERVICE           org.springframework.web.reactive.function.client.WebClientResponseException$BadGateway
            EXTERNAL_SERVICE           org.springframework.web.reactive.function.client.WebClientResponseException$ServiceUnavailable
            perhaps NETWORK            org.springframework.web.reactive.function.client.WebClientRequestException

            surely VALIDATION          org.springframework.http.converter.HttpMessageNotReadableException
            surely VALIDATION          org.springframework.web.method.annotation.MethodArgumentTypeMismatchException
            surely VALIDATION          org.springframework.web.server.ServerWebInputException
            VALIDATION                 org.springframework.web.bind.MethodArgumentNotValidException
            VALIDATION                 org.springframework.web.bind.ServletRequestBindingException
            VALIDATION                 org.springframework.web.bind.MissingServletRequestParameterException
            VALIDATION                 org.springframework.web.bind.MissingRequestHeaderException
            VALIDATION                 org.springframework.web.bind.MissingPathVariableException
            VALIDATION                 org.springframework.web.bind.support.WebExchangeBindException
            VALIDATION                 org.springframework.web.method.annotation.HandlerMethodValidationException
            VALIDATION                 org.springframework.validation.BindException
            VALIDATION                 org.springframework.web.HttpRequestMethodNotSupportedException
            VALIDATION                 org.springframework.web.HttpMediaTypeException
            VALIDATION                 org.springframework.web.HttpMediaTypeNotSupportedException
            VALIDATION                 org.springframework.web.HttpMediaTypeNotAcceptableException
            VALIDATION                 org.springframework.web.servlet.NoHandlerFoundException
            VALIDATION                 org.springframework.web.servlet.resource.NoResourceFoundException
            VALIDATION                 org.springframework.web.multipart.MaxUploadSizeExceededException
            perhaps VALIDATION         org.springframework.web.multipart.MultipartException
            SERIALIZATION              org.springframework.http.converter.HttpMessageNotWritableException
            perhaps SERIALIZATION      org.springframework.http.converter.HttpMessageConversionException
            perhaps SERIALIZATION      org.springframework.core.convert.ConversionException
            perhaps SERIALIZATION      org.springframework.core.convert.ConversionFailedException
            perhaps SERIALIZATION      org.springframework.core.codec.CodecException
            RESOURCE_EXHAUSTION        org.springframework.core.io.buffer.DataBufferLimitException
            SECURITY WARN              org.springframework.web.server.ResponseStatusException begins 401
            SECURITY WARN              org.springframework.web.server.ResponseStatusException begins 403
            VALIDATION                 org.springframework.web.server.ResponseStatusException begins 4
            surely CANCELLATION        org.springframework.web.context.request.async.AsyncRequestNotUsableException
            TIMEOUT                    org.springframework.web.context.request.async.AsyncRequestTimeoutException

            SECURITY WARN              org.springframework.security.access.AccessDeniedException
            SECURITY WARN              org.springframework.security.authorization.AuthorizationDeniedException
            SECURITY WARN              org.springframework.security.core.AuthenticationException
            SECURITY WARN              org.springframework.security.authentication.BadCredentialsException
            SECURITY WARN              org.springframework.security.authentication.InsufficientAuthenticationException
            SECURITY WARN              org.springframework.security.authentication.AccountStatusException
            SECURITY WARN              org.springframework.security.authentication.LockedException
            SECURITY WARN              org.springframework.security.authentication.DisabledException
            SECURITY WARN              org.springframework.security.core.userdetails.UsernameNotFoundException
            SECURITY WARN              org.springframework.security.oauth2.core.OAuth2AuthenticationException
            SECURITY WARN              org.springframework.security.oauth2.server.resource.InvalidBearerTokenException
            SECURITY WARN              org.springframework.security.oauth2.jwt.JwtException
            SECURITY WARN              org.springframework.security.oauth2.jwt.BadJwtException
            SECURITY WARN              org.springframework.security.web.csrf.CsrfException
            SECURITY WARN              org.springframework.security.web.firewall.RequestRejectedException
            perhaps SECURITY           org.springframework.security.authentication.AuthenticationServiceException
            perhaps SECURITY           org.springframework.security.authentication.InternalAuthenticationServiceException
            SECURITY WARN              io.jsonwebtoken.JwtException io.jsonwebtoken.ExpiredJwtException
            SECURITY WARN              io.jsonwebtoken.security.SignatureException io.jsonwebtoken.MalformedJwtException
            SECURITY WARN              com.auth0.jwt.exceptions.JWTVerificationException
            SECURITY WARN              com.auth0.jwt.exceptions.TokenExpiredException
            SECURITY                   com.nimbusds.jose.JOSEException

            CONFIGURATION              org.springframework.beans.factory.NoSuchBeanDefinitionException
            CONFIGURATION              org.springframework.beans.factory.NoUniqueBeanDefinitionException
            CONFIGURATION              org.springframework.boot.context.properties.ConfigurationPropertiesBindException
            CONFIGURATION              org.springframework.boot.context.properties.bind.BindException
            perhaps CONFIGURATION      org.springframework.beans.BeansException
            perhaps CONFIGURATION      org.springframework.beans.factory.BeanCreationException
            perhaps CONFIGURATION      org.springframework.beans.factory.UnsatisfiedDependencyException
            perhaps CONFIGURATION      org.springframework.context.ApplicationContextException
            RESOURCE_EXHAUSTION        org.springframework.core.task.TaskRejectedException
            perhaps PROGRAMMING        org.springframework.expression.ExpressionException
            NETWORK                    org.springframework.amqp.AmqpConnectException
            perhaps EXTERNAL_SERVICE   org.springframework.amqp.AmqpException
            perhaps EXTERNAL_SERVICE   org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException

            VALIDATION                 jakarta.validation.ConstraintViolationException
            perhaps VALIDATION         jakarta.validation.ValidationException
            PROGRAMMING                jakarta.validation.UnexpectedTypeException
            PROGRAMMING                jakarta.validation.ConstraintDeclarationException
            PROGRAMMING                jakarta.validation.ConstraintDefinitionException
            SECURITY WARN              jakarta.ws.rs.NotAuthorizedException jakarta.ws.rs.ForbiddenException
            VALIDATION                 jakarta.ws.rs.ClientErrorException jakarta.ws.rs.BadRequestException
            VALIDATION                 jakarta.ws.rs.NotFoundException jakarta.ws.rs.NotAllowedException
            perhaps EXTERNAL_SERVICE   jakarta.ws.rs.ServerErrorException jakarta.ws.rs.InternalServerErrorException
            perhaps EXTERNAL_SERVICE   jakarta.ws.rs.ServiceUnavailableException jakarta.jms.JMSException
            perhaps NETWORK            jakarta.ws.rs.ProcessingException
            SECURITY                   jakarta.jms.JMSSecurityException jakarta.mail.AuthenticationFailedException
            perhaps EXTERNAL_SERVICE   jakarta.mail.MessagingException
            SERIALIZATION              jakarta.xml.bind.JAXBException jakarta.json.JsonException
            SERIALIZATION              jakarta.json.stream.JsonParsingException jakarta.json.bind.JsonbException

            surely CANCELLATION        org.apache.catalina.connector.ClientAbortException
            surely CANCELLATION        org.apache.coyote.CloseNowException org.eclipse.jetty.io.EofException
            surely VALIDATION          org.apache.coyote.BadRequestException
            VALIDATION                 org.eclipse.jetty.http.BadMessageException
            VALIDATION                 org.apache.tomcat.util.http.fileupload.impl.SizeLimitExceededException
            VALIDATION                 org.apache.tomcat.util.http.fileupload.impl.FileSizeLimitExceededException

            EXTERNAL_SERVICE           io.github.resilience4j.circuitbreaker.CallNotPermittedException
            RESOURCE_EXHAUSTION        io.github.resilience4j.bulkhead.BulkheadFullException
            RESOURCE_EXHAUSTION        io.github.resilience4j.ratelimiter.RequestNotPermitted
            perhaps EXTERNAL_SERVICE   io.github.resilience4j.retry.MaxRetriesExceededException
            EXTERNAL_SERVICE           dev.failsafe.CircuitBreakerOpenException
            TIMEOUT                    dev.failsafe.TimeoutExceededException
            RESOURCE_EXHAUSTION        dev.failsafe.BulkheadFullException dev.failsafe.RateLimitExceededException
            TIMEOUT                    com.netflix.hystrix.exception.HystrixTimeoutException
            perhaps EXTERNAL_SERVICE   com.netflix.hystrix.exception.HystrixRuntimeException
            TIMEOUT                    org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException
            EXTERNAL_SERVICE           org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException
            RESOURCE_EXHAUSTION        org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException
            CONFIGURATION              com.typesafe.config.ConfigException

            TIMEOUT                    kotlinx.coroutines.TimeoutCancellationException
            CANCELLATION               kotlinx.coroutines.JobCancellationException
            CANCELLATION               kotlinx.coroutines.channels.ClosedSendChannelException
            SERIALIZATION              kotlinx.serialization.SerializationException
            SERIALIZATION              kotlinx.serialization.MissingFieldException
            PROGRAMMING                kotlin.UninitializedPropertyAccessException kotlin.NoWhenBranchMatchedException
            PROGRAMMING                kotlin.KotlinNullPointerException kotlin.NotImplementedError scala.MatchError
            RESOURCE_EXHAUSTION        reactor.core.Exceptions$OverflowException
            perhaps EXTERNAL_SERVICE   reactor.core.Exceptions$RetryExhaustedException
            TIMEOUT                    akka.pattern.AskTimeoutException org.apache.pekko.pattern.AskTimeoutException
            TIMEOUT                    io.vertx.core.impl.NoStackTraceTimeoutException
            NETWORK                    io.vertx.core.http.HttpClosedException
            """;

    static final String CLIENTS = """
            TIMEOUT                    org.apache.kafka.common.errors.TimeoutException
            RESOURCE_EXHAUSTION        org.apache.kafka.clients.producer.BufferExhaustedException
            RESOURCE_EXHAUSTION        org.apache.kafka.common.errors.ThrottlingQuotaExceededException
            RESOURCE_EXHAUSTION        org.apache.kafka.common.errors.PolicyViolationException
            CANCELLATION               org.apache.kafka.common.errors.InterruptException
            CANCELLATION               org.apache.kafka.common.errors.WakeupException
            SECURITY                   org.apache.kafka.common.errors.AuthenticationException
            SECURITY                   org.apache.kafka.common.errors.SaslAuthenticationException
            SECURITY                   org.apache.kafka.common.errors.SslAuthenticationException
            SECURITY                   org.apache.kafka.common.errors.AuthorizationException
            SECURITY                   org.apache.kafka.common.errors.TopicAuthorizationException
            SECURITY                   org.apache.kafka.common.errors.GroupAuthorizationException
            SERIALIZATION              org.apache.kafka.common.errors.SerializationException
            SERIALIZATION              org.apache.kafka.common.errors.RecordDeserializationException
            SERIALIZATION              org.apache.kafka.common.errors.CorruptRecordException
            CONFIGURATION              org.apache.kafka.common.config.ConfigException
            CONFIGURATION              org.apache.kafka.common.errors.UnknownTopicOrPartitionException
            CONFIGURATION              org.apache.kafka.common.errors.InvalidTopicException
            CONFIGURATION              org.apache.kafka.common.errors.UnsupportedVersionException
            CONFIGURATION              org.apache.kafka.common.errors.RecordTooLargeException
            CONCURRENCY                org.apache.kafka.clients.consumer.CommitFailedException
            CONCURRENCY                org.apache.kafka.common.errors.RebalanceInProgressException
            CONCURRENCY                org.apache.kafka.common.errors.ProducerFencedException
            CONCURRENCY                org.apache.kafka.common.errors.FencedInstanceIdException
            NETWORK                    org.apache.kafka.common.errors.NetworkException
            NETWORK                    org.apache.kafka.common.errors.DisconnectException
            NETWORK                    org.apache.kafka.common.errors.BrokerNotAvailableException
            perhaps EXTERNAL_SERVICE   org.apache.kafka.common.KafkaException
            perhaps EXTERNAL_SERVICE   org.apache.kafka.common.errors.ApiException
            perhaps EXTERNAL_SERVICE   org.apache.kafka.common.errors.RetriableException
            perhaps EXTERNAL_SERVICE   org.apache.kafka.common.errors.NotLeaderOrFollowerException
            perhaps EXTERNAL_SERVICE   org.apache.kafka.common.errors.NotEnoughReplicasException
            perhaps EXTERNAL_SERVICE   org.springframework.kafka.KafkaException
            SECURITY                   com.rabbitmq.client.AuthenticationFailureException
            SECURITY                   com.rabbitmq.client.PossibleAuthenticationFailureException
            NETWORK                    com.rabbitmq.client.AlreadyClosedException
            perhaps NETWORK            com.rabbitmq.client.ShutdownSignalException
            NETWORK                    org.apache.zookeeper.KeeperException$ConnectionLossException

            NETWORK                    io.grpc.StatusRuntimeException io.grpc.StatusException begins UNAVAILABLE
            TIMEOUT                    io.grpc.StatusRuntimeException io.grpc.StatusException begins DEADLINE_EXCEEDED
            CANCELLATION               io.grpc.StatusRuntimeException io.grpc.StatusException begins CANCELLED
            SECURITY                   io.grpc.StatusRuntimeException io.grpc.StatusException begins UNAUTHENTICATED
            SECURITY                   io.grpc.StatusRuntimeException io.grpc.StatusException begins PERMISSION_DENIED
            RESOURCE_EXHAUSTION        io.grpc.StatusRuntimeException io.grpc.StatusException begins RESOURCE_EXHAUSTED
            CONCURRENCY                io.grpc.StatusRuntimeException io.grpc.StatusException begins ABORTED
            CONCURRENCY                io.grpc.StatusRuntimeException io.grpc.StatusException begins ALREADY_EXISTS
            CONFIGURATION              io.grpc.StatusRuntimeException io.grpc.StatusException begins UNIMPLEMENTED
            VALIDATION ERROR           io.grpc.StatusRuntimeException io.grpc.StatusException begins INVALID_ARGUMENT
            VALIDATION ERROR           io.grpc.StatusRuntimeException io.grpc.StatusException begins NOT_FOUND
            VALIDATION ERROR           io.grpc.StatusRuntimeException io.grpc.StatusException begins FAILED_PRECONDITION
            VALIDATION ERROR           io.grpc.StatusRuntimeException io.grpc.StatusException begins OUT_OF_RANGE
            EXTERNAL_SERVICE           io.grpc.StatusRuntimeException io.grpc.StatusException

            SECURITY                   feign.FeignException$Unauthorized feign.FeignException$Forbidden
            RESOURCE_EXHAUSTION        feign.FeignException$TooManyRequests
            VALIDATION ERROR           feign.FeignException$FeignClientException feign.FeignException$BadRequest
            VALIDATION ERROR           feign.FeignException$NotFound
            EXTERNAL_SERVICE           feign.FeignException$FeignServerException feign.FeignException$InternalServerError
            EXTERNAL_SERVICE           feign.FeignException$ServiceUnavailable feign.FeignException$BadGateway
            perhaps NETWORK            feign.RetryableException
            perhaps EXTERNAL_SERVICE   feign.FeignException retrofit2.HttpException
            NETWORK                    okhttp3.internal.http2.StreamResetException
            NETWORK                    okhttp3.internal.http2.ConnectionShutdownException

            TIMEOUT                    org.apache.http.conn.ConnectTimeoutException
            TIMEOUT                    org.apache.hc.client5.http.ConnectTimeoutException
            RESOURCE_EXHAUSTION        org.apache.http.conn.ConnectionPoolTimeoutException
            RESOURCE_EXHAUSTION        org.apache.hc.core5.http.ConnectionRequestTimeoutException
            NETWORK                    org.apache.http.conn.HttpHostConnectException
            NETWORK                    org.apache.hc.client5.http.HttpHostConnectException
            NETWORK                    org.apache.http.NoHttpResponseException org.apache.hc.core5.http.NoHttpResponseException
            NETWORK                    org.apache.http.ConnectionClosedException
            NETWORK                    org.apache.hc.core5.http.ConnectionClosedException
            NETWORK                    org.apache.http.TruncatedChunkException
            EXTERNAL_SERVICE           org.apache.http.client.HttpResponseException
            EXTERNAL_SERVICE           org.apache.hc.client5.http.HttpResponseException
            perhaps EXTERNAL_SERVICE   org.apache.http.client.ClientProtocolException
            perhaps EXTERNAL_SERVICE   org.apache.hc.client5.http.ClientProtocolException

            TIMEOUT                    io.netty.handler.timeout.TimeoutException io.netty.channel.ConnectTimeoutException
            TIMEOUT                    io.netty.handler.timeout.ReadTimeoutException
            TIMEOUT                    io.netty.handler.timeout.WriteTimeoutException
            TIMEOUT                    io.netty.handler.ssl.SslHandshakeTimeoutException
            TIMEOUT                    io.netty.resolver.dns.DnsNameResolverTimeoutException
            NETWORK                    io.netty.resolver.dns.DnsNameResolverException
            NETWORK                    io.netty.channel.AbstractChannel$AnnotatedConnectException
            NETWORK                    io.netty.channel.AbstractChannel$AnnotatedNoRouteToHostException
            NETWORK                    io.netty.channel.StacklessClosedChannelException
            NETWORK                    io.netty.channel.unix.Errors$NativeIoException
            NETWORK                    io.netty.channel.unix.Errors$NativeConnectException
            NETWORK                    io.netty.handler.ssl.NotSslRecordException
            NETWORK                    io.netty.handler.ssl.StacklessSSLHandshakeException
            VALIDATION                 io.netty.handler.codec.TooLongFrameException
            PROGRAMMING                io.netty.util.IllegalReferenceCountException
            RESOURCE_EXHAUSTION FATAL  io.netty.util.internal.OutOfDirectMemoryError
            perhaps SERIALIZATION      io.netty.handler.codec.DecoderException io.netty.handler.codec.EncoderException
            NETWORK                    reactor.netty.http.client.PrematureCloseException
            surely CANCELLATION        reactor.netty.channel.AbortedException
            RESOURCE_EXHAUSTION        reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException
            RESOURCE_EXHAUSTION        reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException
            RESOURCE_EXHAUSTION        reactor.pool.PoolAcquireTimeoutException reactor.pool.PoolAcquirePendingLimitException
            TIMEOUT                    io.ktor.client.plugins.HttpRequestTimeoutException
            TIMEOUT                    io.ktor.client.network.sockets.ConnectTimeoutException
            VALIDATION ERROR           io.ktor.client.plugins.ClientRequestException
            EXTERNAL_SERVICE           io.ktor.client.plugins.ServerResponseException
            TIMEOUT                    io.micronaut.http.client.exceptions.ReadTimeoutException
            perhaps EXTERNAL_SERVICE   io.micronaut.http.client.exceptions.HttpClientResponseException

            TIMEOUT                    software.amazon.awssdk.core.exception.ApiCallTimeoutException
            TIMEOUT                    software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException
            CANCELLATION               software.amazon.awssdk.core.exception.AbortedException
            RESOURCE_EXHAUSTION        software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException
            CONCURRENCY                software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException
            CONCURRENCY                software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException
            SECURITY                   software.amazon.awssdk.awscore.exception.AwsServiceException contains Status Code: 401
            SECURITY                   software.amazon.awssdk.awscore.exception.AwsServiceException contains Status Code: 403
            RESOURCE_EXHAUSTION        software.amazon.awssdk.awscore.exception.AwsServiceException contains Status Code: 429
            RESOURCE_EXHAUSTION        software.amazon.awssdk.awscore.exception.AwsServiceException contains Rate exceeded
            RESOURCE_EXHAUSTION        software.amazon.awssdk.awscore.exception.AwsServiceException contains reduce your request rate
            perhaps EXTERNAL_SERVICE   software.amazon.awssdk.awscore.exception.AwsServiceException
            perhaps EXTERNAL_SERVICE   software.amazon.awssdk.services.s3.model.S3Exception
            perhaps EXTERNAL_SERVICE   software.amazon.awssdk.services.s3.model.NoSuchKeyException
            perhaps EXTERNAL_SERVICE   software.amazon.awssdk.core.exception.SdkException
            perhaps EXTERNAL_SERVICE   software.amazon.awssdk.core.exception.SdkClientException
            CANCELLATION               com.amazonaws.AbortedException
            SECURITY                   com.amazonaws.AmazonServiceException contains Status Code: 403
            perhaps EXTERNAL_SERVICE   com.amazonaws.AmazonServiceException com.amazonaws.SdkClientException
            perhaps EXTERNAL_SERVICE   com.amazonaws.services.s3.model.AmazonS3Exception
            TIMEOUT                    com.google.api.gax.rpc.DeadlineExceededException
            NETWORK                    com.google.api.gax.rpc.UnavailableException
            SECURITY                   com.google.api.gax.rpc.PermissionDeniedException
            RESOURCE_EXHAUSTION        com.google.api.gax.rpc.ResourceExhaustedException
            perhaps EXTERNAL_SERVICE   com.google.api.gax.rpc.ApiException
            SECURITY                   com.azure.core.exception.ClientAuthenticationException
            perhaps EXTERNAL_SERVICE   com.azure.core.exception.HttpResponseException
            NETWORK                    com.stripe.exception.ApiConnectionException
            RESOURCE_EXHAUSTION        com.stripe.exception.RateLimitException
            SECURITY                   com.stripe.exception.AuthenticationException
            EXTERNAL_SERVICE           com.stripe.exception.StripeException com.stripe.exception.ApiException

            SERIALIZATION              com.fasterxml.jackson.core.JsonProcessingException
            SERIALIZATION              com.fasterxml.jackson.core.JsonParseException
            SERIALIZATION              com.fasterxml.jackson.core.io.JsonEOFException
            SERIALIZATION              com.fasterxml.jackson.databind.JsonMappingException
            SERIALIZATION              com.fasterxml.jackson.databind.exc.MismatchedInputException
            SERIALIZATION              com.fasterxml.jackson.databind.exc.InvalidFormatException
            SERIALIZATION              com.fasterxml.jackson.databind.exc.InvalidDefinitionException
            SERIALIZATION              com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException
            SERIALIZATION              com.fasterxml.jackson.databind.exc.ValueInstantiationException
            SERIALIZATION              tools.jackson.core.JacksonException tools.jackson.core.exc.StreamReadException
            SERIALIZATION              tools.jackson.databind.DatabindException
            SERIALIZATION              tools.jackson.databind.exc.MismatchedInputException
            SERIALIZATION              tools.jackson.databind.exc.InvalidFormatException
            SERIALIZATION              com.google.gson.JsonParseException com.google.gson.JsonSyntaxException
            SERIALIZATION              com.google.gson.JsonIOException com.google.gson.stream.MalformedJsonException
            SERIALIZATION              com.google.protobuf.InvalidProtocolBufferException
            SERIALIZATION              com.squareup.moshi.JsonDataException com.squareup.moshi.JsonEncodingException
            SERIALIZATION              org.json.JSONException org.yaml.snakeyaml.error.YAMLException
            SERIALIZATION              com.esotericsoftware.kryo.KryoException org.apache.avro.AvroTypeException
            perhaps SERIALIZATION      org.apache.avro.AvroRuntimeException
            """;

    /** How people name their own. */
    static final String ENDINGS = """
            perhaps TIMEOUT              *TimeoutException *TimedOutException *DeadlineExceededException
            perhaps CANCELLATION         *CancellationException *CancelledException *CanceledException *InterruptedException
            perhaps VALIDATION           *ValidationException *ConstraintViolationException *InvalidRequestException
            perhaps VALIDATION           *BadRequestException
            perhaps SECURITY             *AuthenticationException *AuthorizationException *AccessDeniedException
            perhaps SECURITY             *PermissionDeniedException *ForbiddenException *UnauthorizedException
            perhaps SECURITY             *UnauthenticatedException
            perhaps RESOURCE_EXHAUSTION  *QuotaExceededException *RateLimitException *RateLimitExceededException
            perhaps RESOURCE_EXHAUSTION  *TooManyRequestsException *ThrottlingException *ThrottledException
            perhaps RESOURCE_EXHAUSTION  *ExhaustedException *OutOfMemoryException
            perhaps CONCURRENCY          *OptimisticLockException *DeadlockException *DuplicateKeyException *ConflictException
            perhaps CONFIGURATION        *ConfigurationException *ConfigException
            perhaps SERIALIZATION        *SerializationException *DeserializationException *JsonException *ParseException
            perhaps SERIALIZATION        *ParsingException *DecodingException *EncodingException
            perhaps NETWORK              *ConnectionException *ConnectException *NetworkException *UnknownHostException
            perhaps DATABASE             *DatabaseException *DataAccessException
            perhaps EXTERNAL_SERVICE     *ServiceUnavailableException *BadGatewayException *GatewayException
            perhaps EXTERNAL_SERVICE     *CircuitBreakerOpenException *RemoteException
            """;

    private KnownErrors() {}
}
