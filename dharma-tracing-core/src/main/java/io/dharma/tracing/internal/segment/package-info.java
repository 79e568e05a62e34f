/**
 * A log on disk in files of bounded size, of which any may be damaged, cut off or gone without harm to what is in the
 * others. For the library itself: the spool is built on it, and whatever else of core has to outlive the process. What
 * the records mean is their owner's to know; {@code SegmentFormat} says how they lie in a file.
 */
@NullMarked
package io.dharma.tracing.internal.segment;

import org.jspecify.annotations.NullMarked;
