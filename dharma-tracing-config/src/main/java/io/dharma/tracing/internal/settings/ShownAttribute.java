package io.dharma.tracing.internal.settings;

import io.dharma.tracing.redaction.Redactor;
import java.util.Map;

/** Attributes of the resource as they may be shown. */
final class ShownAttribute {

    /** With defaults, also where redaction is off: what is exported is one thing, what a bug report shows another. */
    private static final Redactor REDACTOR = Redactor.create();

    private ShownAttribute() {}

    static String value(String name, String value) {
        return Problem.printable(REDACTOR.redact(Map.of(name, value)).getOrDefault(name, ""));
    }
}
