package io.dharma.tracing.redeploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A web application that is deployed again and again leaves nothing of ours in the server. */
class RedeployIT {

    private static final Logger LOG = LoggerFactory.getLogger(RedeployIT.class);
    private static final int ROUNDS = Boolean.getBoolean("torture") ? 200 : 20;

    @Test
    @Timeout(600)
    void redeployments_leaveNothingBehind() throws Exception {
        String output = new ChildJvm()
                .option("-Xmx256m")
                .option("-XX:+UseSerialGC")
                .option("--add-opens=java.base/java.lang=ALL-UNNAMED")
                .option("--add-opens=java.base/java.io=ALL-UNNAMED")
                .option("--add-opens=java.base/java.util=ALL-UNNAMED")
                .option("--add-opens=java.base/java.util.concurrent=ALL-UNNAMED")
                .option("--add-opens=java.rmi/sun.rmi.transport=ALL-UNNAMED")
                .run(
                        Redeployment.class,
                        String.valueOf(ROUNDS),
                        "memory",
                        "http://127.0.0.1:1",
                        "http://no-such-host.invalid:4318",
                        "a sink that hangs");

        LOG.info("{}", output);
        assertThat(output.lines().filter(line -> line.endsWith("nothing left"))).hasSize(4);
    }
}
