package io.dharma.tracing.internal.otlp;

/** How the content of one kind of message is written. */
interface MessageWriting<T> {

    void write(ProtoWriter out, T message);
}
