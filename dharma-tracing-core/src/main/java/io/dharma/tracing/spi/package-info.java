/** What the other modules of this library build on: contracts between them and core, kept as carefully as the API. */
@NullMarked
package io.dharma.tracing.spi;

import org.jspecify.annotations.NullMarked;
