package io.dharma.tracing.internal.otlp;

/** The numbers of the fields that are both written and read, by message. */
final class OtlpFields {

    /** Of every trace id. */
    static final int TRACE_ID_BYTES = 16;

    /** Of every span id. */
    static final int SPAN_ID_BYTES = 8;

    /**
     * How deep lists may hold lists. Each takes two levels of messages, and the readers of most languages refuse 100:
     * one attribute nested deeper would cost the batch that it is in.
     */
    static final int DEEPEST_VALUE = 32;

    private OtlpFields() {}

    /** {@code Export*ServiceRequest}, alike for all signals. */
    static final class Request {
        static final int RESOURCE_RECORDS = 1;

        private Request() {}
    }

    /** {@code ResourceSpans}, {@code ResourceMetrics}, {@code ResourceLogs}. */
    static final class ResourceRecords {
        static final int RESOURCE = 1;
        static final int SCOPE_RECORDS = 2;
        static final int SCHEMA_URL = 3;

        private ResourceRecords() {}
    }

    /** {@code ScopeSpans}, {@code ScopeMetrics}, {@code ScopeLogs}. */
    static final class ScopeRecords {
        static final int SCOPE = 1;
        static final int RECORDS = 2;
        static final int SCHEMA_URL = 3;

        private ScopeRecords() {}
    }

    static final class Resource {
        static final int ATTRIBUTES = 1;

        private Resource() {}
    }

    static final class Scope {
        static final int NAME = 1;
        static final int VERSION = 2;
        static final int ATTRIBUTES = 3;

        private Scope() {}
    }

    static final class KeyValue {
        static final int KEY = 1;
        static final int VALUE = 2;

        private KeyValue() {}
    }

    static final class AnyValue {
        static final int STRING = 1;
        static final int BOOL = 2;
        static final int INT = 3;
        static final int DOUBLE = 4;
        static final int ARRAY = 5;
        static final int KEY_VALUES = 6;
        static final int BYTES = 7;

        /** Of the messages for a list and for a map alike. */
        static final int ELEMENTS = 1;

        private AnyValue() {}
    }

    static final class Span {
        static final int TRACE_ID = 1;
        static final int SPAN_ID = 2;
        static final int TRACE_STATE = 3;
        static final int PARENT_SPAN_ID = 4;
        static final int NAME = 5;
        static final int KIND = 6;
        static final int START = 7;
        static final int END = 8;
        static final int ATTRIBUTES = 9;
        static final int DROPPED_ATTRIBUTES = 10;
        static final int EVENTS = 11;
        static final int DROPPED_EVENTS = 12;
        static final int LINKS = 13;
        static final int DROPPED_LINKS = 14;
        static final int STATUS = 15;
        static final int FLAGS = 16;

        private Span() {}
    }

    static final class Event {
        static final int TIME = 1;
        static final int NAME = 2;
        static final int ATTRIBUTES = 3;
        static final int DROPPED_ATTRIBUTES = 4;

        private Event() {}
    }

    static final class Link {
        static final int TRACE_ID = 1;
        static final int SPAN_ID = 2;
        static final int TRACE_STATE = 3;
        static final int ATTRIBUTES = 4;
        static final int DROPPED_ATTRIBUTES = 5;
        static final int FLAGS = 6;

        private Link() {}
    }

    static final class Status {
        static final int MESSAGE = 2;
        static final int CODE = 3;

        static final int OK = 1;
        static final int ERROR = 2;

        private Status() {}
    }

    /** Bits of a span's and a link's flags; the lowest eight are those of the trace context. */
    static final class Flags {
        static final int TRACE_FLAGS = 0xff;
        static final int KNOWS_WHETHER_REMOTE = 0x100;
        static final int REMOTE = 0x200;

        private Flags() {}
    }
}
