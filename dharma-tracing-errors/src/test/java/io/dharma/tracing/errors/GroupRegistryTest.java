package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupRegistryTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final StackTraceModel TRACE =
            StackTraceModel.parse("java.lang.IllegalStateException: declined\n\tat com.acme.Shop.place(Shop.java:7)");

    private final GroupRegistry registry = new GroupRegistry(ErrorTrackerTest.SHOP, ErrorPolicy.DEFAULT);
    private final List<String> news = new ArrayList<>();
    private final List<String> regressed = new ArrayList<>();
    private int ids;

    private ErrorEvent event(String group, String family, String release, Instant time) {
        Explanation explanation = new Explanation("java.lang.IllegalStateException", null, "", "", List.of());
        return ErrorEvent.builder(
                        "e" + ids++,
                        time,
                        new ServiceIdentity("shop", release, "test", "shop-1", "host-1"),
                        new Fingerprint(group, family, group, explanation),
                        TRACE)
                .build();
    }

    private void settle(Instant now) {
        registry.settle(now.minusSeconds(2), group -> news.add(group.id()), group -> regressed.add(group.id()));
    }

    private ErrorGroup group(String id) {
        return registry.groups().stream()
                .filter(group -> group.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private void record(String group, String family, String release, Instant time) {
        registry.record(event(group, family, release, time), time, 0);
    }

    @Test
    void groupWhoseFamilyHadOneGroupInTheReleaseBefore_isThatOne() {
        record("a", "f", "1.0", NOON);
        settle(NOON);
        record("b", "f", "1.1", NOON.plusSeconds(60));
        settle(NOON.plusSeconds(60));

        assertThat(news).containsExactly("a");
        assertThat(group("b").predecessor()).isEqualTo("a");
        assertThat(group("b").state()).isEqualTo(GroupState.NEW);
    }

    @Test
    void groupWhoseFamilyHadTwoGroupsInTheReleaseBefore_isNew() {
        record("a", "f", "1.0", NOON);
        record("a2", "f", "1.0", NOON);
        record("b", "f", "1.1", NOON.plusSeconds(60));
        settle(NOON.plusSeconds(60));

        assertThat(news).containsExactlyInAnyOrder("a", "a2", "b");
        assertThat(group("b").predecessor()).isNull();
    }

    @Test
    void groupWhoseFamilyHasAnotherGroupInThisRelease_isNew() {
        record("a", "f", "1.0", NOON);
        record("a", "f", "1.1", NOON);
        record("b", "f", "1.1", NOON.plusSeconds(60));
        settle(NOON.plusSeconds(60));

        assertThat(news).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void groupInTheSameRelease_isNoSuccessor() {
        record("a", "f", "1.0", NOON);
        record("b", "f", "1.0", NOON.plusSeconds(60));
        settle(NOON.plusSeconds(60));

        assertThat(news).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void successorOfAGroupThatWasOver_hasRegressed() {
        record("a", "f", "1.0", NOON);
        settle(NOON);
        registry.resolve("a", NOON.plusSeconds(1));
        record("b", "f", "1.1", NOON.plusSeconds(60));
        settle(NOON.plusSeconds(60));

        assertThat(news).containsExactly("a");
        assertThat(regressed).containsExactly("b");
        assertThat(group("b").state()).isEqualTo(GroupState.REGRESSED);
    }

    @Test
    void groupThatOthersKnow_isNotNew() {
        record("other", "g", "1.0", NOON);
        ErrorGroup known = group("other");
        ErrorGroup asOthersKnowIt = new ErrorGroup(
                "a",
                "f",
                null,
                known.type(),
                null,
                "title",
                Severity.ERROR,
                Category.OTHER,
                GroupState.ONGOING,
                NOON.minusSeconds(9_000),
                NOON.minusSeconds(9_999),
                NOON.minusSeconds(10),
                42,
                3,
                List.of("0.9"),
                List.of());
        registry.record(event("a", "f", "1.0", NOON), NOON, 2);
        settle(NOON);
        assertThat(news).containsExactly("other");

        registry.learn("a", List.of(asOthersKnowIt));
        settle(NOON);
        assertThat(group("a").state()).isEqualTo(GroupState.NEW);
        registry.learn("a", List.of());
        settle(NOON);

        assertThat(news).containsExactly("other");
        assertThat(group("a").state()).isEqualTo(GroupState.ONGOING);
        assertThat(group("a").firstSeen()).isEqualTo(NOON.minusSeconds(9_999));
        assertThat(group("a").count()).isEqualTo(1);
        assertThat(group("a").releases()).containsExactly("0.9", "1.0");
    }

    @Test
    void groupThatNobodyAnswersAbout_isNewAfterTwoSeconds() {
        registry.record(event("a", "f", "1.0", NOON), NOON, 1);
        settle(NOON.plusSeconds(1));
        assertThat(news).isEmpty();
        assertThat(registry.takeNews(NOON).groups()).isEmpty();

        settle(NOON.plusSeconds(2));

        assertThat(news).containsExactly("a");
        assertThat(registry.takeNews(NOON).groups()).hasSize(1);
    }

    @Test
    void states_endWithTime() {
        record("a", "f", "1.0", NOON);
        registry.age(NOON.plus(Duration.ofHours(23)));
        assertThat(group("a").state()).isEqualTo(GroupState.NEW);
        registry.age(NOON.plus(Duration.ofHours(25)));
        assertThat(group("a").state()).isEqualTo(GroupState.ONGOING);
        registry.escalate("a", NOON.plus(Duration.ofHours(26)));
        assertThat(group("a").state()).isEqualTo(GroupState.ESCALATING);
        registry.age(NOON.plus(Duration.ofHours(28)));
        assertThat(group("a").state()).isEqualTo(GroupState.ONGOING);
        registry.age(NOON.plus(Duration.ofDays(15)));
        assertThat(group("a").state()).isEqualTo(GroupState.RESOLVED);
        registry.escalate("a", NOON.plus(Duration.ofDays(15)));
        assertThat(group("a").state()).isEqualTo(GroupState.RESOLVED);

        GroupRegistry.Recorded again = registry.record(
                event("a", "f", "1.0", NOON.plus(Duration.ofDays(16))), NOON.plus(Duration.ofDays(16)), 0);

        assertThat(again.regressed()).isTrue();
        assertThat(group("a").state()).isEqualTo(GroupState.REGRESSED);
    }

    @Test
    void groupOfAnEarlierProcess_goesOnWithItsCount() {
        record("a", "f", "1.0", NOON);
        ErrorGroup before = group("a").counted(41, 7);
        GroupRegistry later = new GroupRegistry(ErrorTrackerTest.SHOP, ErrorPolicy.DEFAULT);

        later.remember(before);
        later.record(event("a", "f", "1.0", NOON.plusSeconds(5)), NOON.plusSeconds(5), 0);
        assertThat(later.groups().get(0).count()).isEqualTo(42);

        GroupRegistry slow = new GroupRegistry(ErrorTrackerTest.SHOP, ErrorPolicy.DEFAULT);
        slow.record(event("a", "f", "1.0", NOON.plusSeconds(5)), NOON.plusSeconds(5), 0);
        assertThat(slow.remember(before)).isFalse();
        assertThat(slow.groups().get(0).count()).isEqualTo(42);
        slow.settle(Instant.MAX, group -> news.add(group.id()), group -> regressed.add(group.id()));
        assertThat(news).isEmpty();

        GroupRegistry over = new GroupRegistry(ErrorTrackerTest.SHOP, ErrorPolicy.DEFAULT);
        over.record(event("a", "f", "1.0", NOON.plusSeconds(5)), NOON.plusSeconds(5), 0);
        assertThat(over.remember(before.in(GroupState.RESOLVED, NOON))).isTrue();
        assertThat(over.groups().get(0).state()).isEqualTo(GroupState.REGRESSED);
    }

    @Test
    void groupsBeyondTheMaximum_takeThePlaceOfThoseNotSeenForLongest() {
        for (int i = 0; i < GroupRegistry.MAX_GROUPS + 100; i++) {
            record("g" + i, "f" + i, "1.0", NOON.plusSeconds(i));
        }

        assertThat(registry.groups()).hasSize(GroupRegistry.MAX_GROUPS);
        assertThat(registry.groups())
                .extracting(ErrorGroup::id)
                .doesNotContain("g99")
                .contains("g100", "g2099");
        assertThat(registry.takeNews(NOON.plusSeconds(3_000)).counts()).hasSize(GroupRegistry.MAX_GROUPS + 100);
    }
}
