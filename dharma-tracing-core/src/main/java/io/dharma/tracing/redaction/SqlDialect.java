package io.dharma.tracing.redaction;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a database's language differs, as far as it matters for where a literal ends. */
enum SqlDialect {

    /** Backslashes escape, double quotes hold text, {@code #} begins a comment. Also Spark's, Hive's and Cypher. */
    MYSQL,

    /** As MySQL's; three quotes hold text in which one may stand. Spanner's and BigQuery's. */
    GOOGLE,

    /** Dollar quotes; brackets are subscripts. Also H2's and Cassandra's. */
    POSTGRESQL,

    /** Quotes of one's own choice: {@code q'[...]'}. */
    ORACLE,

    /** As {@link #STANDARD}, but what is in double quotes may be text. SQLite's and SQL Server's. */
    LENIENT,

    /** As the standard has it, with identifiers in brackets. */
    STANDARD,

    /** Could be any: wherever dialects differ, what could be a literal is one. */
    UNKNOWN;

    static SqlDialect of(@Nullable String system) {
        if (system == null) {
            return UNKNOWN;
        }
        return switch (system.toLowerCase(Locale.ROOT)) {
            case "mysql", "mariadb", "hive", "spark", "neo4j", "couchbase", "azure.cosmosdb" -> MYSQL;
            case "gcp.spanner", "spanner", "gcp.bigquery", "bigquery" -> GOOGLE;
            case "mssql", "microsoft.sql_server", "sqlite" -> LENIENT;
            case "postgresql",
                    "cockroachdb",
                    "aws.redshift",
                    "redshift",
                    "edb",
                    "greenplum",
                    "h2",
                    "h2database",
                    "cassandra" -> POSTGRESQL;
            case "oracle", "oracle.db" -> ORACLE;
            case "hsqldb", "derby", "db2", "ibm.db2", "firebird", "firebirdsql" -> STANDARD;
            default -> UNKNOWN;
        };
    }

    boolean escapesByBackslash() {
        return this == MYSQL || this == GOOGLE;
    }

    boolean doubleQuotesHoldText() {
        return this == MYSQL || this == GOOGLE;
    }

    boolean doubleQuotesMayHoldText() {
        return this == LENIENT || this == UNKNOWN;
    }

    boolean hasTripleQuotes() {
        return this == GOOGLE;
    }

    boolean hasHashComments() {
        return this == MYSQL || this == GOOGLE;
    }

    boolean hasDollarQuotes() {
        return this == POSTGRESQL || this == UNKNOWN;
    }

    boolean hasOwnQuotes() {
        return this == ORACLE || this == UNKNOWN;
    }

    boolean hasBracketIdentifiers() {
        return this == STANDARD || this == LENIENT || this == UNKNOWN;
    }
}
