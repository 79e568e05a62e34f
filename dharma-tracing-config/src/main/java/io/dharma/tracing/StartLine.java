package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Origin;
import io.dharma.tracing.internal.settings.Problem;
import io.dharma.tracing.internal.settings.Setting;
import io.dharma.tracing.internal.settings.Urls;
import io.dharma.tracing.sampling.KeepPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one line at the start: what was decided, and why. */
final class StartLine {

    private final StringBuilder line = new StringBuilder("Dharma Tracing ").append(Version.current());

    private StartLine() {}

    static String of(Plan plan, long tookMillis) {
        StartLine start = new StartLine();
        if (plan.disabled()) {
            start.line.append(": turned off by otel.sdk.disabled, nothing is traced");
        } else {
            start.describe(plan);
        }
        return start.line.append("; took ").append(tookMillis).append(" ms").toString();
    }

    private void describe(Plan plan) {
        Plan.Service service = plan.service();
        line.append(": service=");
        set(service.name());
        if (service.version() != null) {
            line.append(' ');
            set(service.version());
        }
        if (service.environment() != null) {
            line.append(", environment=");
            set(service.environment());
        }
        line.append(", traces -> ").append(places(plan.traces()));
        line.append(", sampling ").append(plan.sampling().shown());
        origin(plan.sampling().sampler().origin());
        line.append(plan.sampling().rules() == null ? "" : " with rules");
        keep(plan.sampling().keep());
        target(", metrics -> ", plan.metrics() == null ? null : plan.metrics().target());
        target(", logs -> ", plan.logs() == null ? null : plan.logs().target());
        Plan.SpoolSettings spool = plan.delivery().spool();
        if (spool != null) {
            line.append(", spool ")
                    .append(Problem.printable(spool.directory().value().toString()));
            origin(spool.directory().origin());
        }
        line.append(", redaction ");
        set(plan.redaction().shown());
        line.append(plan.mdc() == null ? ", mdc off" : ", mdc on");
        line.append(plan.correlation() == null ? ", correlation off" : "");
        Plan.Redis redis = plan.chains() == null ? null : plan.chains().redis();
        if (redis != null) {
            line.append(", chains -> redis ").append(redis.shown());
            origin(redis.origin());
        }
        List<Plan.ErrorPlace> errors =
                plan.errors() == null ? List.of() : plan.errors().places();
        for (Plan.ErrorPlace place : errors) {
            line.append(", errors -> ").append(place.name()).append(' ').append(place.shown());
            origin(place.origin());
        }
    }

    private static String places(Plan.Traces traces) {
        List<String> places = new ArrayList<>();
        traces.targets().forEach(target -> places.add(shown(target)));
        if (traces.console() != null) {
            places.add("console (" + traces.origin() + ")");
        }
        Plan.Store store = traces.store();
        if (store != null) {
            String place = store.directory() == null
                    ? "memory"
                    : "memory and " + Problem.printable(store.directory().toString());
            places.add(place + " (" + traces.origin() + ")");
        }
        traces.sinks().forEach(sink -> places.add(Problem.printable(String.valueOf(sink.name())) + " (code)"));
        return places.isEmpty() ? "nowhere (" + traces.origin() + ")" : String.join(" and ", places);
    }

    private static String shown(Plan.Target target) {
        return target.protocol().shown() + " "
                + Urls.withoutSecrets(target.endpoint().uri().toString()) + " (" + target.origin() + ")";
    }

    private void keep(KeepPolicy keep) {
        if (keep.errors()) {
            line.append(", keep errors");
        }
        Duration slower = keep.slowerThan();
        if (slower != null) {
            line.append(", keep slower than ").append(slower.toMillis()).append(" ms");
        }
    }

    private void target(String what, Plan.@Nullable Target target) {
        if (target != null) {
            line.append(what).append(shown(target));
        }
    }

    private void set(Setting<String> setting) {
        line.append(Problem.printable(setting.value()));
        origin(setting.origin());
    }

    private void origin(Origin origin) {
        line.append(" (").append(Problem.printable(origin.place())).append(')');
    }
}
