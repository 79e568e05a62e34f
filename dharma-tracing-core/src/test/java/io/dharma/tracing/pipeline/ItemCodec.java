package io.dharma.tracing.pipeline;

import io.dharma.tracing.spool.RecordCodec;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Items on disk take as many bytes as they say. */
enum ItemCodec implements RecordCodec<Item> {
    INSTANCE;

    @Override
    public void encode(Item item, OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.writeLong(item.id());
        data.writeInt(item.size());
        data.writeBoolean(item.priority() == Priority.HIGH);
        data.write(new byte[Math.max(0, item.size() - 13)]);
    }

    @Override
    public Item decode(byte[] bytes) {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        return new Item(data.getLong(), data.getInt(), data.get() == 1 ? Priority.HIGH : Priority.NORMAL);
    }

    @Override
    public int heapSize(Item item) {
        return item.size();
    }
}
