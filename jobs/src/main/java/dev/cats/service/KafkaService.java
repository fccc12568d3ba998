package dev.cats.service;

import dev.cats.connector.kafka.LocalBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** A Kafka broker, from the jars that the module {@code connectors/kafka-broker} fetches. */
final class KafkaService implements Service {
  private static final int PORT = 9092;
  private static final long START_SECONDS = 90;
  private static final int ASK_SECONDS = 5;
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final String MODULE = "connectors/kafka-broker";

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public OptionalInt defaultPort() {
    return OptionalInt.of(PORT);
  }

  @Override
  public String address(int port) {
    return LocalBroker.HOST + ":" + port;
  }

  @Override
  public Path log(Path folder) {
    return broker(folder, PORT).log();
  }

  @Override
  public Tool tool() {
    return Tool.MAVEN;
  }

  @Override
  public boolean isFetched() {
    try {
      LocalBroker.checkJars(LocalBroker.jars(Root.folder()));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void fetch(Consumer<String> progress) throws IOException, InterruptedException {
    Path jars = LocalBroker.jars(Root.folder());
    if (!isFetched()) {
      progress.accept("Fetching Apache Kafka's broker with Maven (once, about 45 MB)");
      new Maven(Root.folder()).build(MODULE, progress);
    }
    LocalBroker.checkJars(jars);
  }

  @Override
  public Process start(Path folder, int port) throws IOException, InterruptedException {
    return broker(folder, port).start(Detached.launcher());
  }

  @Override
  public void awaitAnswer(ProcessHandle process, Path folder, int port)
      throws IOException, InterruptedException {
    broker(folder, port).awaitAnswer(process, Map.of(), START_SECONDS);
  }

  @Override
  public String ask(String address) throws IOException, InterruptedException {
    Admin admin;
    try {
      admin =
          Admin.create(
              Map.of(
                  AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address,
                  AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ASK_SECONDS * 1000,
                  AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ASK_SECONDS * 1000));
    } catch (KafkaException e) {
      throw new IOException("Cannot ask Kafka at %s: %s".formatted(address, e.getMessage()), e);
    }
    try {
      int topics = admin.listTopics().names().get(ASK_SECONDS, TimeUnit.SECONDS).size();
      return "Apache Kafka with %d topic%s".formatted(topics, topics == 1 ? "" : "s");
    } catch (ExecutionException e) {
      throw new IOException(
          "Cannot ask Kafka at %s: %s".formatted(address, e.getCause().getMessage()), e);
    } catch (TimeoutException e) {
      throw new IOException(
          "Cannot ask Kafka at %s: no answer within %d s".formatted(address, ASK_SECONDS), e);
    } finally {
      admin.close(CLOSE); // without a limit it would wait for a broker that hangs, for ever
    }
  }

  private static LocalBroker broker(Path folder, int port) {
    return LocalBroker.of(LocalBroker.jars(Root.folder()), folder, port);
  }
}
