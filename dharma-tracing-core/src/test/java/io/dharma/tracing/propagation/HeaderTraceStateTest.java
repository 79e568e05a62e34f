package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.TraceState;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderTraceStateTest {

    private final TraceState state = Tracestate.parse("foo=1,bar@=2,foobar=3");

    @Test
    void get_findsTheValueOfExactlyThatKey() {
        assertThat(state.get("foo")).isEqualTo("1");
        assertThat(state.get("bar@")).isEqualTo("2");
        assertThat(state.get("foobar")).isEqualTo("3");
        assertThat(state.get("fo")).isNull();
        assertThat(state.get("")).isNull();
        assertThat(state.get("foo=1,bar@")).isNull();
        assertThat(state.get(null)).isNull();
    }

    @Test
    void entries_areTheMembersInOrder() {
        assertThat(state.size()).isEqualTo(3);
        assertThat(state.isEmpty()).isFalse();
        assertThat(state.asMap())
                .containsExactly(Map.entry("foo", "1"), Map.entry("bar@", "2"), Map.entry("foobar", "3"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "new; 9; new=9,foo=1,bar@=2,foobar=3",
                "foo; 9; foo=9,bar@=2,foobar=3",
                "bar@; 9; bar@=9,foo=1,foobar=3",
                "foobar; 9; foobar=9,foo=1,bar@=2",
                "FOO; 9; foo=1,bar@=2,foobar=3",
                "new; 9=9; foo=1,bar@=2,foobar=3",
                "new; 9,a; foo=1,bar@=2,foobar=3"
            })
    void put_movesToTheLeftAndIgnoresWhatIsNotAllowed(String key, String value, String expected) {
        assertThat(state.toBuilder().put(key, value).build()).hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "foo; bar@=2,foobar=3",
                "bar@; foo=1,foobar=3",
                "foobar; foo=1,bar@=2",
                "nobody; foo=1,bar@=2,foobar=3"
            })
    void remove_leavesTheOthersInOrder(String key, String expected) {
        assertThat(state.toBuilder().remove(key).build()).hasToString(expected);
    }

    @Test
    void remove_ofTheLastMemberLeavesTheDefault() {
        assertThat(Tracestate.parse("foo=1").toBuilder().remove("foo").build()).isSameAs(TraceState.getDefault());
    }

    @Test
    void put_beyondThirtyTwoMembersDropsTheRightmost() {
        String full = IntStream.range(0, 32).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining(","));

        TraceState changed =
                Tracestate.parse(full).toBuilder().put("ot", "th:8").build();

        assertThat(changed.size()).isEqualTo(32);
        assertThat(changed.get("ot")).isEqualTo("th:8");
        assertThat(changed.get("k31")).isNull();
        assertThat(changed.get("k30")).isEqualTo("v");
    }

    @Test
    void states_areEqualByTheirMembersInOrder() {
        assertThat(state)
                .isEqualTo(Tracestate.parse("foo=1 , bar@=2,foobar=3"))
                .hasSameHashCodeAs(Tracestate.parse("foo=1,bar@=2,foobar=3"));
        assertThat(state).isNotEqualTo(Tracestate.parse("bar@=2,foo=1,foobar=3"));
    }

    @Test
    void builder_doesNotChangeTheStateItCameFrom() {
        state.toBuilder().put("new", "9").remove("foo").build();

        assertThat(state).hasToString("foo=1,bar@=2,foobar=3");
    }
}
