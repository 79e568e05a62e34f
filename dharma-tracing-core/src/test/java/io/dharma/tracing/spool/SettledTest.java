package io.dharma.tracing.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettledTest {

    private static final int POSITIONS = 200;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyOrder_isAnsweredAsBySingleBits(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            Settled settled = new Settled(0);
            BitSet model = new BitSet();
            for (int i = 0; i < 40; i++) {
                int from = random.nextInt(POSITIONS);
                int to = random.nextBoolean() ? from + 1 : from + random.nextInt(20);
                settled.settle(from, to);
                model.set(from, to);
                assertSame(settled, model, random);
            }
            assertSame(Settled.load(ByteBuffer.wrap(settled.toBytes())), model, random);
        }
    }

    private static void assertSame(Settled settled, BitSet model, Random random) {
        for (int position = 0; position < POSITIONS + 30; position++) {
            assertThat(settled.firstUnsettled(position)).isEqualTo(model.nextClearBit(position));
        }
        int from = random.nextInt(POSITIONS);
        int to = from + random.nextInt(50);
        assertThat(settled.covers(from, to)).isEqualTo(from == to || model.nextClearBit(from) >= to);
        assertThat(settled.unsettledIn(from, to))
                .isEqualTo(to - from - model.get(from, to).cardinality());
    }

    @Test
    void moreRangesThanAreWrittenDown_areForgottenFromTheEnd() {
        Settled settled = new Settled(0);
        for (int i = 1; i <= 10_000; i++) {
            settled.settle(2L * i);
        }

        Settled loaded = Settled.load(ByteBuffer.wrap(settled.toBytes()));

        assertThat(loaded.unsettledIn(0, 8194)).isEqualTo(4098);
        assertThat(loaded.covers(8192, 8193)).isTrue();
        assertThat(loaded.firstUnsettled(8194)).isEqualTo(8194);
    }

    @Test
    void changes_countOnlyWhatChanges() {
        Settled settled = new Settled(5);
        settled.settle(3);
        assertThat(settled.changes()).isZero();
        settled.settle(5);
        assertThat(settled.changes()).isEqualTo(1);
    }
}
