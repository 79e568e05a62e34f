package io.dharma.tracing.redeploy;

import io.dharma.tracing.DharmaTracing;
import io.dharma.tracing.ErrorsOptions;
import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.trace.data.SpanData;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.slf4j.MDC;

/** The web application. Loaded by the server's class loader for it, as is all of ours that it uses. */
final class Shop {

    /** The context's parameter that says where its spans go. */
    static final String SPANS_GO_TO = "spans-go-to";

    private Shop() {}

    /** Starts and closes with the application. */
    public static final class Lifecycle implements ServletContextListener {

        @Override
        public void contextInitialized(ServletContextEvent event) {
            ServletContext context = event.getServletContext();
            if (DharmaTracing.class.getClassLoader() != context.getClassLoader()) {
                throw new IllegalStateException("Dharma Tracing was not loaded by the web application");
            }
            String receiver = context.getInitParameter(SPANS_GO_TO);
            context.setAttribute("dharma", DharmaTracing.init(config -> {
                // Known: with errors on, the application's class loader is not collected yet.
                config.service("shop").closeTimeout(Duration.ofMillis(500)).errors(ErrorsOptions::off);
                switch (receiver) {
                    case "memory" -> config.tracing(t -> t.inMemory());
                    case "a sink that hangs" -> config.tracing(t -> t.sink(new Hanging()));
                    default -> config.otlp(receiver);
                }
            }));
        }

        @Override
        public void contextDestroyed(ServletContextEvent event) {
            ((DharmaTracing) event.getServletContext().getAttribute("dharma")).close();
        }
    }

    /** Never answers, but ends when it is interrupted: a thread that did not could not let go of its loader. */
    private static final class Hanging implements Sink<SpanData> {

        @Override
        public String name() {
            return "hanging";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("interrupted");
        }
    }

    /** Traces a request, and one that fails. */
    public static final class Orders extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            DharmaTracing dharma = (DharmaTracing) getServletContext().getAttribute("dharma");
            String trace = dharma.traced("GET /orders", order -> {
                try {
                    dharma.tracedRun("charge-card", charge -> {
                        throw new IllegalStateException("declined");
                    });
                } catch (IllegalStateException declined) {
                    order.event("declined");
                }
                return MDC.get("trace_id");
            });
            Correlation.with(CorrelationContext.create()).run(() -> dharma.tracedRun("in-a-chain", block -> {}));
            boolean unused = dharma.flush(Duration.ofMillis(20));
            response.getWriter().print(trace);
        }
    }
}
