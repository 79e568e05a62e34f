package io.dharma.tracing.errors.fingerprint;

import java.util.Set;

/**
 * Packages that nobody's application is written in: the JDK, languages, servers, frameworks, drivers and the clients of
 * clouds, as far as they are in wide use. What is missing here is taken for the application's, where nobody said what is.
 */
final class KnownFrameworks {

    private static final Set<String> PACKAGES = Set.of("""
            java javax jakarta jdk sun com.sun
            kotlin kotlinx scala groovy groovyjarjarasm clojure
            akka play com.typesafe zio cats fs2 monix io.kotest
            com.atomikos com.codahale com.ctc com.datadog com.datastax com.dynatrace com.ecwid com.esotericsoftware
            com.fasterxml com.github.benmanes com.github.jknack com.github.tomakehurst com.google.api com.google.apphosting
            com.google.auth com.google.cloud com.google.common com.google.firebase com.google.gson com.google.gwt
            com.google.inject com.google.protobuf com.googlecode com.hazelcast com.ibm.db2 com.ibm.ejs com.ibm.jvm
            com.ibm.mq com.ibm.websphere com.ibm.ws com.intellij com.itextpdf com.jayway com.jcraft com.lmax com.mchange
            com.microsoft.applicationinsights com.microsoft.azure com.microsoft.sqlserver com.mongodb com.mysql com.netflix
            com.newrelic com.nimbusds com.opensymphony com.oracle com.querydsl com.rabbitmq com.samskivert com.sendgrid
            com.squareup com.stripe com.thoughtworks com.twilio com.twitter.finagle com.twitter.util com.unboundid com.vaadin
            com.vladmihalcea com.zaxxer
            com.amazonaws com.azure software.amazon
            ch.qos.logback ch.qos.reload4j
            io.dharma.tracing.context io.dharma.tracing.correlation io.dharma.tracing.errors io.dharma.tracing.integrations
            io.dharma.tracing.internal io.dharma.tracing.profiler io.dharma.tracing.spi io.dharma.tracing.trace
            io.agroal io.airlift io.apicurio io.confluent io.cucumber io.dropwizard io.fabric8 io.github.bucket4j
            io.github.classgraph io.github.resilience4j io.grpc io.helidon io.honeycomb io.jaegertracing io.javalin io.jsonwebtoken
            io.kubernetes io.ktor io.lettuce io.lightstep io.micrometer io.micronaut io.minio io.nats io.netty io.objectbox
            io.opencensus io.opentelemetry io.opentracing io.projectreactor io.prometheus io.quarkus io.r2dbc io.reactivex
            io.reactiverse io.restassured io.sentry io.smallrye io.socket io.strimzi io.swagger io.undertow io.vavr io.vertx
            io.zipkin
            android androidx dalvik com.android
            antlr bsh brave coursier
            de.codecentric edu.emory.mathcs edu.umd fj freemarker
            feign gnu graphql hudson
            javassist jersey jnr joptsimple junit jodd kafka kamon
            liquibase lombok
            me.prettyprint mockit
            net.bytebuddy net.logstash net.minidev net.ravendb net.rubyeye net.sf net.snowflake net.sourceforge net.spy
            nl.basjes nz.net.ultraq
            ognl okhttp3 okio oracle
            org.aopalliance org.antlr org.apache org.aspectj org.assertj org.asynchttpclient org.atmosphere org.awaitility
            org.bouncycastle org.bson org.cassandraunit org.cloudfoundry org.codehaus org.cometd
            org.dbunit org.drools org.eclipse org.ehcache org.elasticsearch org.fluentd
            org.flywaydb org.freemarker org.fusesource org.geotools org.glassfish org.gradle org.graalvm org.hamcrest
            org.hibernate org.hsqldb org.h2 org.ietf org.infinispan org.influxdb org.jasig org.jasypt org.javassist
            org.jboss org.jbpm org.jcodings org.jdbi org.jdom org.jdom2 org.jetbrains org.jctools org.jgroups org.jooq org.joda
            org.jsoup org.jruby org.junit org.jvnet org.keycloak org.kie org.kohsuke org.liquibase org.mapstruct org.mariadb
            org.mockito org.modelmapper org.mortbay org.mozilla.javascript org.mvel2 org.mybatis org.ops4j
            org.neo4j org.objectweb org.objenesis org.omg org.openjdk org.openqa org.opensaml org.opensearch org.osgi
            org.owasp org.picketbox org.postgresql org.powermock org.python org.quartz org.reactivestreams org.redisson
            org.reflections org.rocksdb org.seleniumhq org.slf4j org.simpleframework org.sonatype org.spockframework
            org.springdoc org.springframework org.sqlite org.terracotta org.testcontainers org.testng org.thymeleaf
            org.tukaani org.w3c org.webjars org.wildfly org.xerial org.xml org.xnio org.yaml org.zalando org.zeromq
            picocli reactor redis.clients retrofit retrofit2 rx
            schemacrawler spark sttp
            uk.org.lidalia
            weblogic worker.org.gradle
            zipkin2
            """.strip().split("\\s+"));

    private KnownFrameworks() {}

    /** Whether a class, by its name, is in such a package or one below it. */
    static boolean include(String className) {
        int dot = className.indexOf('.');
        while (dot > 0) {
            if (PACKAGES.contains(className.substring(0, dot))) {
                return true;
            }
            dot = className.indexOf('.', dot + 1);
        }
        return false;
    }
}
