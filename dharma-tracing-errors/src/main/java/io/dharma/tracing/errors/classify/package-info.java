/**
 * What kind of trouble an error is, and how bad. A {@link io.dharma.tracing.errors.classify.Classifier} asks the rules of the
 * application first, and then a table of what the JDK and widely used libraries throw.
 */
@NullMarked
package io.dharma.tracing.errors.classify;

import org.jspecify.annotations.NullMarked;
