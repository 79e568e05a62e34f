package io.dharma.tracing.testsupport.backends;

import static org.assertj.core.api.Assertions.assertThat;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.Refresh;
import co.elastic.clients.elasticsearch.core.SearchResponse;
import co.elastic.clients.json.jackson.Jackson3JsonpMapper;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import java.io.IOException;
import java.util.Map;
import org.apache.http.HttpHost;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Backends.class)
class ElasticsearchServerTest {

    private static final String INDEX = "elasticsearch-server-test";

    @EachElasticsearch
    void elasticsearch_findsWhatTheClientIndexed(ElasticsearchServer elasticsearch) throws IOException {
        RestClient rest = RestClient.builder(HttpHost.create(elasticsearch.uri().toString()))
                .build();
        try (var transport = new RestClientTransport(rest, new Jackson3JsonpMapper())) {
            ElasticsearchClient client = new ElasticsearchClient(transport);
            client.index(index ->
                    index.index(INDEX).id("1").refresh(Refresh.True).document(Map.of("operation", "charge-card")));

            @SuppressWarnings("rawtypes")
            SearchResponse<Map> found = client.search(
                    search -> search.index(INDEX)
                            .query(query -> query.match(
                                    match -> match.field("operation").query("charge-card"))),
                    Map.class);
            assertThat(found.hits().hits()).hasSize(1);
            assertThat(version(rest)).contains(elasticsearch.version());
        }
    }

    /** The typed client cannot read what this distribution, which lacks some modules, says of its nodes. */
    private static String version(RestClient rest) throws IOException {
        Request request = new Request("GET", "/_nodes/_local?filter_path=nodes.*.version");
        return EntityUtils.toString(rest.performRequest(request).getEntity());
    }

    @Test
    void elasticsearch_isOfTheMajorThatTheParameterNames(
            @Elasticsearch(8) ElasticsearchServer eight, @Elasticsearch(9) ElasticsearchServer nine) {
        assertThat(eight.version()).startsWith("8.");
        assertThat(nine.version()).startsWith("9.");
        assertThat(eight.uri()).isNotEqualTo(nine.uri());
    }
}
