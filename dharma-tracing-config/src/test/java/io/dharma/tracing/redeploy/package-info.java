/** A web application with Dharma Tracing in it, and a server that deploys it again and again. */
@NullMarked
package io.dharma.tracing.redeploy;

import org.jspecify.annotations.NullMarked;
