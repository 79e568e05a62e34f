package io.dharma.tracing.redaction;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a database's language differs, as far as it matters for where a literal ends. */
enum SqlDialect {

    /** Backslashes escape, double quotes hold text, {@code #} begins a comment. Also Spark's, Hive's and Cypher. */
    MYSQL,

    /** Dollar quotes; brackets are subscripts. */
    POSTGRESQL,

    /** Quotes of one's own choice: {@code q'[...]'}. */
    ORACLE,

    /** As the standard has it, with identifiers in brackets. */
    STANDARD,

    /** Could be any: wherever dialects differ, what could be a literal is one. */
    UNKNOWN;

    static SqlDialect of(@Nullable String system) {
        if (system == null) {
            return UNKNOWN;
        }
        return switch (system.toLowerCase(Locale.ROOT)) {
            case "mysql",
                    "mariadb",
                    "hive",
                    "spark",
                    "neo4j",
                    "gcp.spanner",
                    "spanner",
                    "couchbase",
                    "azure.cosmosdb" -> MYSQL;
            case "postgresql", "cockroachdb", "aws.redshift", "redshift", "edb", "greenplum" -> POSTGRESQL;
            case "oracle", "oracle.db" -> ORACLE;
            case "mssql",
                    "microsoft.sql_server",
                    "h2",
                    "h2database",
                    "hsqldb",
                    "derby",
                    "db2",
                    "ibm.db2",
                    "sqlite",
                    "firebird",
                    "firebirdsql",
                    "cassandra" -> STANDARD;
            default -> UNKNOWN;
        };
    }

    boolean escapesByBackslash() {
        return this == MYSQL;
    }

    boolean doubleQuotesHoldText() {
        return this == MYSQL;
    }

    boolean hasDollarQuotes() {
        return this == POSTGRESQL || this == UNKNOWN;
    }

    boolean hasOwnQuotes() {
        return this == ORACLE || this == UNKNOWN;
    }

    boolean hasBracketIdentifiers() {
        return this == STANDARD || this == UNKNOWN;
    }
}
