package io.dharma.tracing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.dharma.tracing.spi.BackgroundLog;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** The borders between modules and rooms. The four modules in the middle are named before they are there. */
@AnalyzeClasses(
        packages = "io.dharma.tracing",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.OnlyOurs.class})
class ArchitectureTest {

    /** Internal rooms that are not core's, which has all others. */
    private static final Map<String, String> OWNERS_OF_INTERNALS = Map.of("settings", "config");

    private static final String INTERNAL = "io.dharma.tracing.internal.";

    private static final String[] CORE = {
        "io.dharma.tracing.trace..",
        "io.dharma.tracing.context..",
        "io.dharma.tracing.propagation..",
        "io.dharma.tracing.sampling..",
        "io.dharma.tracing.pipeline..",
        "io.dharma.tracing.redaction..",
        "io.dharma.tracing.spool..",
        "io.dharma.tracing.export..",
        "io.dharma.tracing.history..",
        "io.dharma.tracing.internal.metrics..",
        "io.dharma.tracing.internal.otlp..",
        "io.dharma.tracing.internal.propagation..",
        "io.dharma.tracing.internal.sampling..",
        "io.dharma.tracing.internal.segment..",
        "io.dharma.tracing.internal.text..",
        "io.dharma.tracing.internal.trace..",
        "io.dharma.tracing.health..",
        "io.dharma.tracing.store..",
        "io.dharma.tracing.spi.."
    };

    /** Between core and those in the middle that keep something there. */
    private static final String REDIS = "io.dharma.tracing.redis..";

    private static final String[] CONFIG = {"io.dharma.tracing", "io.dharma.tracing.internal.settings.."};

    private static final String[] MIDDLE = {
        "io.dharma.tracing.correlation..",
        "io.dharma.tracing.errors..",
        "io.dharma.tracing.profiler..",
        "io.dharma.tracing.integrations.."
    };

    /** Not our helpers for tests, which are on the class path but not in any product. */
    static final class OnlyOurs implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/testsupport/") && !location.contains("test-support");
        }
    }

    @ArchTest
    static final ArchRule core_knowsNoOtherModule = noClasses()
            .that(resideInAnyPackage(CORE))
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage(CONFIG).or(resideInAnyPackage(MIDDLE)).or(resideInAPackage(REDIS)));

    @ArchTest
    static final ArchRule redis_knowsOnlyCore = noClasses()
            .that(resideInAPackage(REDIS))
            .should()
            .dependOnClassesThat(resideInAnyPackage(CONFIG).or(resideInAnyPackage(MIDDLE)));

    @ArchTest
    static final ArchRule middleModules_doNotKnowConfig = noClasses()
            .that(resideInAnyPackage(MIDDLE))
            .should()
            .dependOnClassesThat(resideInAnyPackage(CONFIG))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule middleModules_doNotKnowOneAnother = slices().matching(
                    "io.dharma.tracing.(correlation|errors|profiler|integrations)..")
            .should()
            .notDependOnEachOther()
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule settings_doNotKnowWhatTheyAreFor = noClasses()
            .that(resideInAPackage("io.dharma.tracing.internal.settings.."))
            .should()
            .dependOnClassesThat(resideInAPackage("io.dharma.tracing"));

    @ArchTest
    static final ArchRule rooms_haveNoCycles =
            slices().assignedFrom(new Rooms()).should().beFreeOfCycles();

    /** Each internal room counts as one of its own. */
    private static final class Rooms implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String room = type.getPackageName().replaceFirst("^io\\.dharma\\.tracing\\.?", "");
            if (room.isEmpty() || !type.getPackageName().startsWith("io.dharma.tracing")) {
                return SliceIdentifier.ignore();
            }
            String[] names = room.split("\\.", -1);
            return SliceIdentifier.of(names[0].equals("internal") ? "internal." + names[1] : names[0]);
        }

        @Override
        public String getDescription() {
            return "rooms";
        }
    }

    @ArchTest
    static final ArchRule internals_areForTheirOwnModule = classes()
            .that()
            .resideInAPackage("io.dharma.tracing..")
            .should(new ArchCondition<JavaClass>("use internals of their own module only") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    type.getDirectDependenciesFromSelf().stream()
                            .filter(use -> use.getTargetClass().getPackageName().startsWith(INTERNAL))
                            .filter(use -> !moduleOf(use.getTargetClass()).equals(moduleOf(type)))
                            .forEach(use -> events.add(SimpleConditionEvent.violated(type, use.getDescription())));
                }
            });

    private static String moduleOf(JavaClass type) {
        String room = type.getPackageName().replaceFirst("^io\\.dharma\\.tracing\\.?", "");
        if (room.isEmpty()) {
            return "config";
        }
        String[] names = room.split("\\.", -1);
        if (names[0].equals("internal")) {
            return OWNERS_OF_INTERNALS.getOrDefault(names[1], "core");
        }
        return List.of("redis", "correlation", "errors", "profiler", "integrations")
                        .contains(names[0])
                ? names[0]
                : "core";
    }

    @ArchTest
    static final ArchRule nobody_serializesObjects = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ObjectOutputStream.class);

    /** But a handler for the log of those who do. */
    @ArchTest
    static final ArchRule nobody_logsByTheJdk = noClasses()
            .that(not(resideInAPackage("io.dharma.tracing.errors.logging")))
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.util.logging..", "java.lang.System$Logger"));

    /** A log may hang, and core's threads, and those that call it, have better things to do than to wait for it. */
    @ArchTest
    static final ArchRule core_logsInTheBackground = noClasses()
            .that(resideInAnyPackage(CORE).and(not(type(BackgroundLog.class))))
            .should()
            .dependOnClassesThat(type(LoggerFactory.class));

    @ArchTest
    static final ArchRule nobody_usesInternalsOfOpenTelemetry = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("io.opentelemetry..")
                    .and(describe("are internal or incubating", ArchitectureTest::isNoPublicApi)));

    private static boolean isNoPublicApi(JavaClass type) {
        String room = type.getPackageName() + ".";
        return room.contains(".internal.") || room.contains(".incubator.") || room.contains(".impl.");
    }

    @ArchTest
    static final ArchRule lettuce_isKnownByOneModule = noClasses()
            .that(resideInAPackage("io.dharma.tracing..").and(not(resideInAPackage(REDIS))))
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.lettuce..", "io.netty..", "reactor.."));

    @ArchTest
    static final ArchRule everyRoom_isNullMarked = classes()
            .that()
            .resideInAPackage("io.dharma.tracing..")
            .should(new ArchCondition<JavaClass>("be in a package that is @NullMarked") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    boolean marked = type.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked");
                    events.add(new SimpleConditionEvent(type, marked, type.getPackageName() + " is not @NullMarked"));
                }
            });
}
