/** Traced blocks: the API that an application's code is wrapped in. */
@NullMarked
package io.dharma.tracing.trace;

import org.jspecify.annotations.NullMarked;
