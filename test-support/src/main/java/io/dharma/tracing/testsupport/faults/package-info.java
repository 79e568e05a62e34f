/** Networks that misbehave as asked, and the check of what came through them. */
@NullMarked
package io.dharma.tracing.testsupport.faults;

import org.jspecify.annotations.NullMarked;
