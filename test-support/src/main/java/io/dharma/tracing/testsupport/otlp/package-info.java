/** A strict OTLP/HTTP receiver that runs inside the test. */
@NullMarked
package io.dharma.tracing.testsupport.otlp;

import org.jspecify.annotations.NullMarked;
