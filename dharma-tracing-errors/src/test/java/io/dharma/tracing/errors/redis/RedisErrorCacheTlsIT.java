package io.dharma.tracing.errors.redis;

import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.testsupport.TestCertificates;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A server that speaks TLS alone and knows users, of whom ours may do no more than documented. */
class RedisErrorCacheTlsIT extends RedisErrorCacheContract {

    private RedisNode redis;
    private TlsSettings trust;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        TestCertificates authority = TestCertificates.in(directory);
        redis = RedisNode.startWithTls(authority);
        trust = TlsSettings.builder()
                .trustedCertificates(authority.authorityPem())
                .build();
        redis.ask(
                "ACL",
                "SETUSER",
                "frugal",
                "on",
                ">frugal-secret",
                "~dharma:*",
                "+@read",
                "+@write",
                "+@connection",
                "+@scripting",
                "-@dangerous");
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    @Override
    RedisErrorCache.Builder builder(String instance) {
        return RedisErrorCache.builder("rediss://frugal:frugal-secret@127.0.0.1:" + redis.port(), instance)
                .tls(trust);
    }

    @Override
    List<RedisNode> masters() {
        return List.of(redis);
    }
}
