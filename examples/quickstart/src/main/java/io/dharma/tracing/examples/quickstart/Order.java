package io.dharma.tracing.examples.quickstart;

import java.math.BigDecimal;
import java.util.List;

/** What a customer ordered. */
record Order(String id, String customer, List<Line> lines) {

    /** So many pieces of one article. */
    record Line(String sku, int quantity, BigDecimal unitPrice) {
        BigDecimal price() {
            return unitPrice.multiply(BigDecimal.valueOf(quantity));
        }
    }

    BigDecimal total() {
        return lines.stream().map(Line::price).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
