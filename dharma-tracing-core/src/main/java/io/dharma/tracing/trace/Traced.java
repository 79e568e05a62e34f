package io.dharma.tracing.trace;

import io.opentelemetry.api.trace.SpanKind;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Each call of this method is a traced block, when it is made through {@link DharmaTracer#proxy}.
 *
 * <p>On a type it covers every method that the proxied interface declares or inherits; on a method it covers that
 * method. Both the interface and the implementation are looked at. Where both say something the implementation's word
 * counts, and a method's before its type's.
 *
 * <p>A proxy stands in front of an object and implements its interfaces. So it does not see what the object calls on
 * itself, what is called on the object by those who do not hold the proxy, and methods that are in no interface: those of
 * classes, final or not, static ones and private ones.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Traced {

    /** The block's name; the default is {@code OrderService.findOrder}, the interface's simple name and the method's. */
    String value() default "";

    /** The kind of the block's span. */
    SpanKind kind() default SpanKind.INTERNAL;
}
