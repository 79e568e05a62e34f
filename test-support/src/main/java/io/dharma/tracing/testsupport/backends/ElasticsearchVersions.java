package io.dharma.tracing.testsupport.backends;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a test of {@link EachElasticsearch} once for each version. */
final class ElasticsearchVersions implements TestTemplateInvocationContextProvider {

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        return Stream.of(Backend.ELASTICSEARCH_8, Backend.ELASTICSEARCH_9).map(Invocation::new);
    }

    private record Invocation(Backend backend) implements TestTemplateInvocationContext {

        @Override
        public String getDisplayName(int index) {
            return backend.toString();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Backends(backend));
        }
    }
}
