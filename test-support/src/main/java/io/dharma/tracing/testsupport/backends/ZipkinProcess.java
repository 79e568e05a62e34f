package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Zipkin's own executable jar, its traces in memory. */
final class ZipkinProcess {

    private static final int HEAP_MEGABYTES = 192;

    private ZipkinProcess() {}

    static ServerProcess start(ServerHome home) throws IOException {
        int port = ServerHome.freePort();
        List<String> command = new ArrayList<>(Jdk.running().smallVm(HEAP_MEGABYTES));
        command.addAll(List.of(
                "-jar",
                Artifacts.file(Backend.ZIPKIN).toString(),
                "--armeria.ports[0].address=127.0.0.1",
                "--armeria.ports[0].port=" + port,
                "--armeria.ports[0].protocols[0]=http"));
        return new ServerProcess(
                home.start(command, Map.of("STORAGE_TYPE", "mem")),
                "http://127.0.0.1:" + port,
                address -> Probes.http(address, "/health"));
    }
}
