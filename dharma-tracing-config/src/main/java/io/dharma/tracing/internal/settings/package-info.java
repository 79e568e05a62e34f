/** Settings by key: the registry of all keys, the sources they are read from, and what is wrong with them. */
@NullMarked
package io.dharma.tracing.internal.settings;

import org.jspecify.annotations.NullMarked;
