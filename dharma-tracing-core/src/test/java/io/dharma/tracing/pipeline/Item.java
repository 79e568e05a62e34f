package io.dharma.tracing.pipeline;

/** What the tests send. */
record Item(long id, int size, Priority priority) {

    static final RecordType<Item> TYPE = new RecordType<>() {
        @Override
        public int sizeOf(Item record) {
            return record.size();
        }

        @Override
        public Priority priority(Item record) {
            return record.priority();
        }
    };

    static Item ordinary(long id) {
        return new Item(id, 100, Priority.NORMAL);
    }

    static Item high(long id) {
        return new Item(id, 100, Priority.HIGH);
    }
}
