/**
 * Takes secrets out of what is about to leave the process, or to be written to its disk: by the names they go under,
 * by how they look, and by the language they stand in (URLs, SQL, Redis commands, JSON bodies).
 */
@NullMarked
package io.dharma.tracing.redaction;

import org.jspecify.annotations.NullMarked;
