/** What core's rooms do with text in common. */
@NullMarked
package io.dharma.tracing.internal.text;

import org.jspecify.annotations.NullMarked;
