package io.dharma.tracing.redaction;

/** What becomes of internet addresses in values. */
public enum IpPolicy {

    /** They stay. */
    KEEP,

    /** {@code 203.0.113.7} becomes {@code 203.0.113.0}, of an IPv6 address 48 bits stay. */
    TRUNCATE
}
