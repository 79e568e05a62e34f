package io.dharma.tracing.testsupport.backends;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which major version a parameter of type {@link ElasticsearchServer} wants: 8 or 9. */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Elasticsearch {
    int value();
}
