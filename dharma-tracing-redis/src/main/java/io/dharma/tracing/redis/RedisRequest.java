package io.dharma.tracing.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Something to ask Redis. It may take several commands until the server is found that has the key; there is one reply
 * in the end, whatever happens. Any thread.
 */
public final class RedisRequest {

    /** A cluster that sends us from one to the other for longer than this does not know better itself. */
    private static final int MAX_REDIRECTS = 5;

    private static final int NO_SLOT = -1;

    /** What becomes of a request: one of the two, once, on the thread on which answers arrive or that of the sender. */
    public interface Reply {

        /**
         * It was done.
         *
         * @param answer texts as {@code byte[]}, numbers as {@code Long}, lists as {@code List}, and null for what is not
         *     there; the parts of a list that is the whole answer; empty if nobody wanted to know
         */
        void answered(List<Object> answer);

        /** It was not done, or nobody knows. */
        void failed(RedisFailure failure);
    }

    private final ProtocolKeyword type;
    private final @Nullable RedisScript script;
    private final byte @Nullable [] key;
    private final List<byte[]> rest;
    private final boolean wantsAnswer;
    private final Reply reply;
    private final AtomicBoolean done = new AtomicBoolean();

    // One command of it is under way at a time.
    private boolean scriptIsUnknown;
    private int redirects;

    private RedisRequest(
            ProtocolKeyword type,
            @Nullable RedisScript script,
            byte @Nullable [] key,
            List<byte[]> rest,
            boolean wantsAnswer,
            Reply reply) {
        this.type = type;
        this.script = script;
        this.key = key;
        this.rest = rest;
        this.wantsAnswer = wantsAnswer;
        this.reply = reply;
    }

    /**
     * Of which only is to be known whether it succeeded.
     *
     * @param command its name, in upper case
     * @throws IllegalArgumentException if there is no such command
     */
    public static RedisRequest write(String command, byte[] key, List<byte[]> arguments, Reply reply) {
        return new RedisRequest(CommandType.valueOf(command), null, key, arguments, false, reply);
    }

    /** To be answered with what the script returns. */
    public static RedisRequest run(RedisScript script, byte[] key, List<byte[]> arguments, Reply reply) {
        return new RedisRequest(CommandType.EVALSHA, script, key, arguments, true, reply);
    }

    /**
     * To which the answer is wanted.
     *
     * @param command its name, in upper case
     * @param key null for what every server may be asked
     * @throws IllegalArgumentException if there is no such command
     */
    public static RedisRequest ask(String command, byte @Nullable [] key, List<byte[]> arguments, Reply reply) {
        return new RedisRequest(CommandType.valueOf(command), null, key, arguments, true, reply);
    }

    /** Of the key in a cluster; negative without a key. */
    int slot() {
        return key == null ? NO_SLOT : SlotHash.getSlot(key);
    }

    /** False once it was sent elsewhere too often. */
    boolean mayBeRedirected() {
        redirects++;
        return redirects <= MAX_REDIRECTS;
    }

    /** From now on the whole script is sent along; false if it was already. */
    boolean sendScript() {
        boolean before = scriptIsUnknown;
        scriptIsUnknown = true;
        return script != null && !before;
    }

    /** False if there was a reply before. */
    boolean succeed(List<Object> answer) {
        boolean first = done.compareAndSet(false, true);
        if (first) {
            reply.answered(answer);
        }
        return first;
    }

    /** False if there was a reply before. */
    boolean fail(RedisFailure failure) {
        boolean first = done.compareAndSet(false, true);
        if (first) {
            reply.failed(failure);
        }
        return first;
    }

    /** Goes before a command of a key that is just moving to the server that is asked. */
    static RedisCommand<byte[], byte[], ?> asking() {
        return new Command<>(CommandType.ASKING, new NoOutput());
    }

    /** A command that asks for it, for this connection. */
    SentCommand command(NodeConnection connection, Answered answered) {
        CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        if (script != null) {
            arguments.add(scriptIsUnknown ? script.text() : script.hash()).add(1);
        }
        if (key != null) {
            arguments.addKey(key);
        }
        for (byte[] argument : rest) {
            arguments.add(argument);
        }
        ProtocolKeyword keyword = scriptIsUnknown ? CommandType.EVAL : type;
        CommandOutput<byte[], byte[], List<Object>> output =
                wantsAnswer ? new NestedMultiOutput<>(ByteArrayCodec.INSTANCE) : new NoOutput();
        return new SentCommand(keyword, output, arguments, this, connection, answered);
    }

    /** What is done with what a server said. */
    interface Answered {

        /**
         * The server said something.
         *
         * @param error null if there was none, and the answer is in the command
         */
        void answered(SentCommand command, @Nullable String error);

        /** There will be no answer. */
        void lost(SentCommand command, Throwable thrown);
    }

    /** One attempt. */
    static final class SentCommand extends Command<byte[], byte[], List<Object>> {

        private final RedisRequest request;
        private final NodeConnection connection;
        private final Answered answered;
        private final AtomicBoolean over = new AtomicBoolean();

        private SentCommand(
                ProtocolKeyword type,
                CommandOutput<byte[], byte[], List<Object>> output,
                CommandArgs<byte[], byte[]> arguments,
                RedisRequest request,
                NodeConnection connection,
                Answered answered) {
            super(type, output, arguments);
            this.request = request;
            this.connection = connection;
            this.answered = answered;
        }

        RedisRequest request() {
            return request;
        }

        NodeConnection connection() {
            return connection;
        }

        @Override
        public void complete() {
            super.complete();
            if (over.compareAndSet(false, true)) {
                answered.answered(this, getOutput().hasError() ? getOutput().getError() : null);
            }
        }

        @Override
        public boolean completeExceptionally(Throwable thrown) {
            boolean unused = super.completeExceptionally(thrown);
            if (over.compareAndSet(false, true)) {
                answered.lost(this, thrown);
            }
            return true;
        }

        @Override
        public void cancel() {
            super.cancel();
            if (over.compareAndSet(false, true)) {
                answered.lost(this, new RedisCancelled());
            }
        }
    }

    /** The client gave it up. */
    private static final class RedisCancelled extends RedisException {

        private static final long serialVersionUID = 1L;

        RedisCancelled() {
            super("cancelled");
        }
    }

    /** Of an answer that is an error or says nothing that we need. */
    private static final class NoOutput extends CommandOutput<byte[], byte[], List<Object>> {

        NoOutput() {
            super(ByteArrayCodec.INSTANCE, List.of());
        }

        @Override
        public void set(ByteBuffer bytes) {}

        @Override
        public void set(long integer) {}

        @Override
        public void set(double number) {}

        @Override
        public void set(boolean value) {}

        @Override
        public void setBigNumber(ByteBuffer bytes) {}

        @Override
        public void multi(int count) {}
    }
}
