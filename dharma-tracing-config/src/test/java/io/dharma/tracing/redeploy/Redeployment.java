package io.dharma.tracing.redeploy;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.management.ObjectName;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.DirResourceSet;
import org.apache.catalina.webresources.FileResourceSet;
import org.apache.catalina.webresources.StandardRoot;

/**
 * Deploys {@link Shop} to a real server, asks it for something and removes it, again and again, and fails if anything of
 * it is left: its class loader, a thread, a shutdown hook, an MBean, or what the server itself finds, such as
 * thread-locals. A program of its own, since it looks into all of its JVM.
 */
final class Redeployment {

    private static final Duration TO_BE_COLLECTED = Duration.ofSeconds(5);
    private static final int REQUESTS = 20;

    /** What an application of today would have in its WEB-INF/lib, as it appears in the paths of the class path. */
    private static final List<String> LIBRARIES = List.of(
            "dharma-tracing-core",
            "dharma-tracing-redis",
            "dharma-tracing-correlation",
            "dharma-tracing-errors",
            "dharma-tracing-config",
            "lettuce",
            "netty",
            "reactor",
            "reactive-streams",
            "opentelemetry",
            "zipkin",
            "slf4j",
            "logback",
            "jspecify");

    private final Tomcat server = new Tomcat();
    private final HttpClient browser = HttpClient.newHttpClient();
    private final Path empty;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final Logger serverLog = Logger.getLogger("org.apache.catalina");

    private Redeployment(Path empty) {
        this.empty = empty;
    }

    /** Does it so often, the first argument, with the spans going to each of the places that the others name. */
    public static void main(String[] arguments) {
        try {
            deployAgainAndAgain(arguments);
            System.exit(0);
        } catch (Throwable failed) {
            failed.printStackTrace();
            // The server's threads would not let the JVM end.
            System.exit(1);
        }
    }

    private static void deployAgainAndAgain(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("redeployment");
        Redeployment redeployment = new Redeployment(directory);
        redeployment.start();
        int rounds = Integer.parseInt(arguments[0]);
        for (String receiver : List.of(arguments).subList(1, arguments.length)) {
            long longest = 0;
            for (int round = 0; round < rounds; round++) {
                longest = Math.max(longest, redeployment.round(receiver));
            }
            System.out.println("spans to " + receiver + ": " + rounds + " times, the loader collected within " + longest
                    + " ms, nothing left");
        }
        redeployment.server.stop();
        redeployment.server.destroy();
    }

    private void start() throws LifecycleException {
        serverLog.setUseParentHandlers(false);
        serverLog.addHandler(new Handler() {
            @Override
            public void publish(LogRecord line) {
                boolean serious = line.getLevel().intValue() >= Level.WARNING.intValue();
                if (serious && !isAboutAThread(line.getMessage())) {
                    complaints.add(line.getMessage() + (line.getThrown() == null ? "" : " " + line.getThrown()));
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
        server.setBaseDir(empty.toString());
        server.setPort(0);
        server.getConnector();
        server.getHost();
        server.start();
    }

    /**
     * The server looks for threads in the very moment in which close() returns, and close() does not wait for a thread's
     * last instructions where its time has run out; and it suspects threads of its own. None of ours can be left, though:
     * one that lived would keep the loader from being collected, and that is waited for.
     */
    private static boolean isAboutAThread(String complaint) {
        return complaint.contains("appears to have started a thread named [");
    }

    /** Returns how many milliseconds it took until the loader was collected. */
    private long round(String receiver) throws Exception {
        Set<Thread> threadsBefore = threads();
        Set<ObjectName> beansBefore = beans();
        Set<Thread> hooksBefore = hooks();
        WeakReference<ClassLoader> loader = deployAskAndRemove(receiver);
        long collected = awaitCollected(loader);
        check("threads", threads(), threadsBefore);
        check("MBeans", beans(), beansBefore);
        check("shutdown hooks", hooks(), hooksBefore);
        if (!complaints.isEmpty()) {
            throw new IllegalStateException("the server complains: " + complaints);
        }
        return collected;
    }

    private static <T> void check(String what, Set<T> now, Set<T> before) {
        Set<T> left = new HashSet<>(now);
        left.removeAll(before);
        if (!left.isEmpty()) {
            throw new IllegalStateException(what + " are left: " + left);
        }
    }

    private WeakReference<ClassLoader> deployAskAndRemove(String receiver) throws Exception {
        Context shop = deploy(receiver);
        WeakReference<ClassLoader> loader = new WeakReference<>(shop.getLoader().getClassLoader());
        for (int i = 0; i < REQUESTS; i++) {
            ask();
        }
        server.getHost().removeChild(shop);
        return loader;
    }

    private Context deploy(String receiver) throws IOException {
        StandardContext shop = new StandardContext();
        shop.setPath("/shop");
        shop.setDocBase(empty.toString());
        shop.addLifecycleListener(new Tomcat.FixContextListener());
        shop.setResources(webInf(shop));
        shop.addParameter(Shop.SPANS_GO_TO, receiver);
        shop.addApplicationListener(Shop.Lifecycle.class.getName());
        Tomcat.addServlet(shop, "orders", Shop.Orders.class.getName()).addMapping("/orders");
        server.getHost().addChild(shop);
        if (!shop.getState().isAvailable()) {
            throw new IllegalStateException("not deployed: " + complaints);
        }
        return shop;
    }

    private static StandardRoot webInf(Context shop) {
        StandardRoot root = new StandardRoot(shop);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            File file = new File(entry);
            if (file.isDirectory() && isOfTheApplication(entry)) {
                root.addPreResources(new DirResourceSet(root, "/WEB-INF/classes", entry, "/"));
            } else if (isOfTheApplication(entry)) {
                root.addPreResources(new FileResourceSet(root, "/WEB-INF/lib/" + file.getName(), entry, "/"));
            }
        }
        return root;
    }

    private static boolean isOfTheApplication(String entry) {
        return LIBRARIES.stream().anyMatch(entry::contains) && !entry.contains("opentelemetry-proto");
    }

    private void ask() throws IOException, InterruptedException {
        HttpRequest orders = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + server.getConnector().getLocalPort() + "/shop/orders"))
                .build();
        HttpResponse<String> answer = browser.send(orders, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200 || !answer.body().matches("[0-9a-f]{32}")) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body() + " " + complaints);
        }
    }

    private static long awaitCollected(WeakReference<ClassLoader> loader) throws InterruptedException {
        long start = System.nanoTime();
        while (loader.get() != null) {
            if (System.nanoTime() - start > TO_BE_COLLECTED.toNanos()) {
                throw new IllegalStateException("the class loader is still there: " + threads());
            }
            System.gc();
            Thread.sleep(5);
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** Not those of the server's pool, of its client and of the JDK, which come and go as they are needed. */
    private static Set<Thread> threads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> thread.getName().startsWith("http-nio-")
                || thread.getName().startsWith("HttpClient-1-")
                || thread.getName().startsWith("ForkJoinPool.commonPool-")
                || thread.getName().startsWith("Catalina-utility-")
                || thread.getName().startsWith("Common-Cleaner"));
        return threads;
    }

    /** Not those of the server itself, which it registers as it needs them. */
    private static Set<ObjectName> beans() {
        Set<ObjectName> beans =
                new HashSet<>(ManagementFactory.getPlatformMBeanServer().queryNames(null, null));
        beans.removeIf(
                bean -> bean.getDomain().equals("Tomcat") && !bean.toString().contains("shop"));
        return beans;
    }

    /** The JVM is started so that this can be looked at. */
    private static Set<Thread> hooks() throws ReflectiveOperationException {
        Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        hooks.setAccessible(true);
        @SuppressWarnings("unchecked")
        Map<Thread, Thread> all = (Map<Thread, Thread>) hooks.get(null);
        return new HashSet<>(all.keySet());
    }
}
