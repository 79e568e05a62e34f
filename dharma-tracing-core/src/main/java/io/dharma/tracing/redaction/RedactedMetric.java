package io.dharma.tracing.redaction;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.resources.Resource;

/** A metric from which something was taken out; made for one export. */
record RedactedMetric(
        MetricData before, Resource resource, InstrumentationScopeInfo scope, String description, Data<?> data)
        implements MetricData {

    @Override
    public Resource getResource() {
        return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return scope;
    }

    @Override
    public String getName() {
        return before.getName();
    }

    @Override
    public String getDescription() {
        return description;
    }

    @Override
    public String getUnit() {
        return before.getUnit();
    }

    @Override
    public MetricDataType getType() {
        return before.getType();
    }

    @Override
    public Data<?> getData() {
        return data;
    }

    /** Exporters that log print metrics, so what was taken out must not stand here. */
    @Override
    public String toString() {
        return "MetricData{resource=" + resource + ", instrumentationScopeInfo=" + scope
                + ", name=" + getName() + ", description=" + description + ", unit=" + getUnit() + ", type="
                + getType() + ", data=" + data + "}";
    }
}
