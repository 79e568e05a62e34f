package io.dharma.tracing.examples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Orders in a file of comma-separated values, one line for each article; read anew for every order. */
final class OrderFile implements Orders {

    private final String resource;

    OrderFile(String resource) {
        this.resource = resource;
    }

    @Override
    public Order find(String id) throws IOException, UnknownOrderException {
        List<String[]> rows = rowsOf(id);
        if (rows.isEmpty()) {
            throw new UnknownOrderException(id);
        }
        return new Order(id, rows.get(0)[1], rows.stream().map(OrderFile::line).toList());
    }

    private List<String[]> rowsOf(String id) throws IOException {
        InputStream file = Objects.requireNonNull(OrderFile.class.getResourceAsStream(resource), resource);
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .skip(1)
                    .map(row -> row.split(",", -1))
                    .filter(row -> row[0].equals(id))
                    .toList();
        }
    }

    private static Order.Line line(String[] row) {
        return new Order.Line(row[2], Integer.parseInt(row[3]), new BigDecimal(row[4]));
    }
}
