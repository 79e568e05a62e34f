package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.JsonWriter;
import org.jspecify.annotations.Nullable;

/** {@link ChainRenderer#json}. */
final class JsonChain implements ChainRenderer {

    @Override
    public String render(RequestChain chain, @Nullable CriticalPath path) {
        JsonWriter json = new JsonWriter().beginObject();
        json.name("correlationId").value(chain.correlationId());
        json.name("startEpochNanos").value(Long.toString(chain.startEpochNanos()));
        json.name("durationNanos").value(chain.durationNanos());
        json.name("complete").value(chain.isComplete());
        json.name("replays").value(chain.replays());
        json.name("hops").beginArray();
        chain.hops().forEach(hop -> write(json, hop, path));
        json.endArray();
        json.name("clockOffsets").beginArray();
        chain.clockOffsets().forEach(offset -> write(json, offset));
        json.endArray();
        if (path != null) {
            write(json, path);
        }
        return json.endObject().toString();
    }

    private static void write(JsonWriter json, ChainHop hop, @Nullable CriticalPath path) {
        Hop recorded = hop.hop();
        json.beginObject();
        json.name("traceId").value(recorded.traceId());
        json.name("spanId").value(recorded.spanId());
        recorded.parent().ifPresent(parent -> json.name("parentSpanId").value(parent.spanId()));
        if (recorded.nested()) {
            json.name("nested").value(true);
        }
        hop.parent()
                .ifPresent(parent -> json.name("under").value(parent.hop().id().toString()));
        json.name("placement").value(hop.placement().name());
        json.name("depth").value(hop.depth());
        json.name("service").value(recorded.service());
        json.name("operation").value(recorded.operation());
        json.name("kind").value(recorded.kind().name());
        json.name("startEpochNanos").value(Long.toString(hop.startEpochNanos()));
        json.name("durationNanos").value(hop.durationNanos());
        json.name("clockOffsetNanos").value(hop.clockOffsetNanos());
        json.name("outcome").value(recorded.outcome().name());
        recorded.errorType().ifPresent(type -> json.name("errorType").value(type));
        if (!recorded.links().isEmpty()) {
            json.name("links").beginArray();
            recorded.links().forEach(link -> json.value(link.toString()));
            json.endArray();
        }
        if (path != null) {
            json.name("critical").value(path.contains(hop));
            path.slack(hop).ifPresent(slack -> json.name("slackNanos").value(slack.toNanos()));
        }
        json.endObject();
    }

    private static void write(JsonWriter json, ClockOffset offset) {
        json.beginObject();
        json.name("caller").value(offset.caller());
        json.name("callee").value(offset.callee());
        json.name("nanos").value(offset.nanos());
        json.name("calls").value(offset.calls());
        json.name("uniform").value(offset.uniform());
        json.endObject();
    }

    private static void write(JsonWriter json, CriticalPath path) {
        json.name("criticalPath").beginObject();
        json.name("certainty").value(path.certainty().name());
        json.name("segments").beginArray();
        for (CriticalPath.Segment segment : path.segments()) {
            json.beginObject();
            json.name("hop").value(segment.hop().hop().id().toString());
            json.name("startEpochNanos").value(Long.toString(segment.startEpochNanos()));
            json.name("durationNanos").value(segment.durationNanos());
            json.endObject();
        }
        json.endArray();
        json.endObject();
    }
}
