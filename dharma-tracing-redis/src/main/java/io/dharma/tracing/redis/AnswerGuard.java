package io.dharma.tracing.redis;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Hangs up on a server that announces, or sends, more than any answer has that we ask for. Lettuce makes room for as much
 * as it is told to expect: for the twelve bytes {@code *2147483000} the whole heap, whatever command they answer, those of
 * its own first. So what a server says is looked at before Lettuce sees it.
 *
 * <p>Reads of each value no more than its first line, as
 * <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">RESP</a> has them; what is none is left to
 * Lettuce to refuse. One for each connection, on its thread.
 */
final class AnswerGuard extends ChannelInboundHandlerAdapter {

    /** In all lists of one answer together. A page of ours has some thousand; the slots of a large cluster are as many. */
    static final int MAX_ELEMENTS = 100_000;

    /** Of one answer. A page of ours has half a megabyte at most; what is none of ours may be there as well. */
    static final int MAX_BYTES = 8 << 20;

    private static final int MAX_LINE = 64 << 10;

    private boolean hungUp;

    // Of the answer that is being read.
    private long missing = 1;
    private long elements;
    private long bytes;

    // Of the value that is being read.
    private long toSkip;
    private int lineLength;
    private byte type;
    private long number;
    private boolean negative;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf said = (ByteBuf) message;
        if (!hungUp && isAcceptable(said)) {
            context.fireChannelRead(said);
            return;
        }
        said.release();
        if (!hungUp) {
            hungUp = true;
            var unused = context.close();
        }
    }

    private boolean isAcceptable(ByteBuf said) {
        int at = said.readerIndex();
        int end = said.writerIndex();
        while (at < end) {
            if (toSkip > 0) {
                long skipped = Math.min(toSkip, end - at);
                at += (int) skipped;
                bytes += skipped;
                toSkip -= skipped;
                endOfAnswer();
            } else if (!isAcceptable(said.getByte(at++))) {
                return false;
            }
        }
        return true;
    }

    /** The next one of a line. */
    private boolean isAcceptable(byte next) {
        bytes++;
        lineLength++;
        if (next == '\n') {
            return isAcceptableLine();
        }
        if (lineLength == 1) {
            type = next;
        } else if (next == '-') {
            negative = true;
        } else if (next >= '0' && next <= '9') {
            number = Math.min(Integer.MAX_VALUE, 10 * number + next - '0');
        }
        return lineLength <= MAX_LINE;
    }

    private boolean isAcceptableLine() {
        long announced = negative ? 0 : number;
        missing--;
        switch (type) {
            case '*', '~', '>' -> expect(announced);
            case '%' -> expect(2 * announced);
            case '$', '=', '!' -> toSkip = negative ? 0 : announced + 2;
            default -> {
                // All of it is in this line.
            }
        }
        lineLength = 0;
        number = 0;
        negative = false;
        boolean acceptable = elements <= MAX_ELEMENTS && bytes + toSkip <= MAX_BYTES;
        endOfAnswer();
        return acceptable;
    }

    private void expect(long values) {
        missing += values;
        elements += values;
    }

    private void endOfAnswer() {
        if (missing == 0 && toSkip == 0) {
            missing = 1;
            elements = 0;
            bytes = 0;
        }
    }
}
