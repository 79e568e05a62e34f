package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownFrameworksTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.util.List",
                "jakarta.servlet.http.HttpServlet",
                "sun.nio.ch.Net",
                "com.sun.net.httpserver.HttpServer",
                "kotlin.collections.CollectionsKt",
                "scala.Option$",
                "org.springframework.boot.loader.launch.JarLauncher",
                "org.apache.catalina.startup.Bootstrap",
                "org.hibernate.Session",
                "io.netty.channel.Channel",
                "reactor.core.publisher.Mono",
                "com.zaxxer.hikari.HikariDataSource",
                "org.postgresql.Driver",
                "com.fasterxml.jackson.databind.ObjectMapper",
                "org.junit.jupiter.engine.Engine",
                "io.dharma.tracing.trace.TracedBlock",
                "ch.qos.logback.classic.Logger"
            })
    void framework_isKnown(String className) {
        assertThat(KnownFrameworks.include(className)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.acme.Shop",
                "Shop",
                "",
                "org.acme.java.util.List",
                "javafoo.Shop",
                "com.google.shop.Shop",
                "com.ibm.bank.Account",
                "net.acme.Shop",
                "io.dharma.tracing.examples.quickstart.Orders"
            })
    void application_isNot(String className) {
        assertThat(KnownFrameworks.include(className)).isFalse();
    }
}
