package io.dharma.tracing.errors.elasticsearch;

import co.elastic.clients.elasticsearch.indices.ElasticsearchIndicesAsyncClient;
import co.elastic.clients.elasticsearch.indices.IndexTemplate;
import co.elastic.clients.json.JsonData;
import io.dharma.tracing.errors.elasticsearch.Templates.Template;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.spi.BackgroundLog;
import java.io.StringReader;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the server knows how to keep what comes: puts templates that are missing, older or of another retention,
 * and leaves those of a later version alone. The same however many processes do it at once. Any thread.
 */
final class Installation {

    private static final BackgroundLog log = BackgroundLog.of(ElasticsearchErrorStore.class);

    private final ElasticsearchIndicesAsyncClient indices;
    private final Templates templates;

    Installation(ElasticsearchIndicesAsyncClient indices, Templates templates) {
        this.indices = indices;
        this.templates = templates;
    }

    CompletableFuture<Void> install() {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (Template template : templates.all()) {
            all = all.thenCompose(done -> install(template));
        }
        return all.exceptionallyCompose(Installation::explained);
    }

    /** What to do about rights is not to be guessed. */
    private static CompletableFuture<Void> explained(Throwable failure) {
        Delivery meaning = NotAnswered.meaningOf(failure);
        if (meaning instanceof Delivery.Refused refused) {
            return CompletableFuture.failedFuture(new NotAnswered(Delivery.refused(refused.reason()
                    + "; templates are not installed: that needs the cluster privilege manage_index_templates, or"
                    + " installTemplates(false) where somebody else does it")));
        }
        if (meaning instanceof Delivery.Rejected rejected) {
            // No fault of the batch, which would be taken apart for it.
            return CompletableFuture.failedFuture(
                    new NotAnswered(Delivery.refused(rejected.reason() + ": the server takes no such template")));
        }
        return CompletableFuture.failedFuture(failure);
    }

    private CompletableFuture<Void> install(Template template) {
        return known(template).thenCompose(known -> {
            if (known != null && isUpToDate(known)) {
                return CompletableFuture.completedFuture(null);
            }
            CompletableFuture<Void> put = put(template);
            return known == null ? put : put.thenCompose(done -> renew(template));
        });
    }

    private CompletableFuture<@Nullable IndexTemplate> known(Template template) {
        return missingIsNull(indices.getIndexTemplate(request -> request.name(template.name()))
                .thenApply(response -> response.indexTemplates().stream()
                        .filter(item -> item.name().equals(template.name()))
                        .findFirst()
                        .map(item -> item.indexTemplate())
                        .orElse(null)));
    }

    private boolean isUpToDate(IndexTemplate known) {
        Long version = known.version();
        if (version != null && version > Templates.VERSION) {
            return true;
        }
        return version != null
                && version == Templates.VERSION
                && templates.retention().equals(retention(known.meta()));
    }

    private static @Nullable String retention(Map<String, JsonData> meta) {
        JsonData retention = meta.get(Templates.RETENTION);
        return retention == null ? null : retention.to(String.class);
    }

    private CompletableFuture<Void> put(Template template) {
        return put(template, true).exceptionallyCompose(failure -> {
            if (!template.isDataStream() || !NotAnswered.isStatus(failure, 400)) {
                return CompletableFuture.failedFuture(failure);
            }
            return put(template, false)
                    .thenRun(() -> log.info("Elasticsearch knows no lifecycle of data streams; events are kept until"
                            + " somebody deletes them"));
        });
    }

    private CompletableFuture<Void> put(Template template, boolean withLifecycle) {
        return indices.putIndexTemplate(request -> request.name(template.name())
                        .withJson(new StringReader(templates.body(template, withLifecycle))))
                .thenApply(response -> null);
    }

    /** A template is for what will be made; what is there has to be told. */
    private CompletableFuture<Void> renew(Template template) {
        if (template.isDataStream()) {
            return lenient(indices.putDataLifecycle(request ->
                    request.name(template.pattern()).dataRetention(time -> time.time(templates.retention()))));
        }
        return lenient(indices.putMapping(request -> request.index(template.pattern())
                .allowNoIndices(true)
                .ignoreUnavailable(true)
                .withJson(new StringReader(templates.mappings(template)))));
    }

    /** There may be nothing yet, or no such setting. */
    private static CompletableFuture<Void> lenient(CompletableFuture<?> request) {
        return request.<Void>thenApply(response -> null).exceptionallyCompose(failure -> {
            boolean isNothing = NotAnswered.isStatus(failure, 404) || NotAnswered.isStatus(failure, 400);
            return isNothing ? CompletableFuture.completedFuture(null) : CompletableFuture.failedFuture(failure);
        });
    }

    private static <T> CompletableFuture<@Nullable T> missingIsNull(CompletableFuture<@Nullable T> request) {
        return request.exceptionallyCompose(failure -> NotAnswered.isStatus(failure, 404)
                ? CompletableFuture.<@Nullable T>completedFuture(null)
                : CompletableFuture.<@Nullable T>failedFuture(failure));
    }
}
