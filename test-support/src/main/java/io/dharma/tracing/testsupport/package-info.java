/** What tests of every module share: leak checks, a clock to turn by hand, and certificates. */
@NullMarked
package io.dharma.tracing.testsupport;

import org.jspecify.annotations.NullMarked;
