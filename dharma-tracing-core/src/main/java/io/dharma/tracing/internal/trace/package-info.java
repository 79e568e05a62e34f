/** What core's rooms know about spans in common. */
@NullMarked
package io.dharma.tracing.internal.trace;

import org.jspecify.annotations.NullMarked;
