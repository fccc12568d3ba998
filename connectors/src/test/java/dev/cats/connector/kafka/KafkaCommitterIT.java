package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.internal.FlinkKafkaInternalProducer;
import org.apache.flink.connector.kafka.sink.internal.KafkaCommitter;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of transactions that a job left behind, at a real broker. */
class KafkaCommitterIT {
  private static KafkaBroker broker;

  private Topic topic;

  @BeforeAll
  static void start() throws Exception {
    broker =
        KafkaBroker.start(
            Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "100"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
    Clients.awaitNone();
  }

  @BeforeEach
  void makeTopic() throws Exception {
    topic = Topic.on(broker, 1);
  }

  private Properties settings(String timeout) {
    Properties settings = broker.clientProperties();
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    settings.put("transaction.timeout.ms", timeout);
    return settings;
  }

  /** A transaction with records, as a job leaves it that ends between checkpoint and commit. */
  private KafkaCommittable left(String id, String timeout) {
    try (var producer = new FlinkKafkaInternalProducer<byte[], byte[]>(settings(timeout), id)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(topic.record(0, Topic.event(1)));
      producer.flush();
      return new KafkaCommittable(producer.getProducerId(), producer.getEpoch(), id, null);
    }
  }

  private KafkaCommitter flinks() {
    return new KafkaCommitter(
        settings("60000"), topic.name(), 0, 0, false, FlinkKafkaInternalProducer::new);
  }

  private void commit(Request request, boolean skipLost) throws Exception {
    commit(flinks(), request, skipLost);
  }

  private void commit(Committer<KafkaCommittable> flinks, Request request, boolean skipLost)
      throws Exception {
    Brokers brokers = new Brokers(broker.bootstrap(), new Properties());
    try (KafkaEventCommitter committer =
        new KafkaEventCommitter(flinks, brokers, topic.name(), skipLost)) {
      committer.commit(List.of(request));
    }
  }

  private void awaitState(String id, TransactionState state) {
    try (Admin admin = broker.newAdmin()) {
      await()
          .until(
              () -> admin.describeTransactions(List.of(id)).description(id).get().state() == state);
    }
  }

  @Test
  void anOpenTransactionIsCommittedOnce() throws Exception {
    KafkaCommittable transaction = left(topic.name(), "60000");
    assertThat(topic.committed()).isEmpty();
    Request first = new Request(transaction);
    commit(first, false);
    assertThat(first.signals).isEmpty();
    awaitState(topic.name(), TransactionState.COMPLETE_COMMIT);
    assertThat(topic.committed()).hasSize(1);

    Request second = new Request(transaction);
    try (Said said = new Said(Level.WARN)) {
      commit(second, false);
      assertThat(said.lines()).isEmpty();
    }
    assertThat(second.signals).containsExactly("already");
    assertThat(topic.committed()).hasSize(1);
  }

  @Test
  void aTransactionThatItsProducerCommittedIsDone() throws Exception {
    KafkaCommittable transaction;
    try (var producer =
        new FlinkKafkaInternalProducer<byte[], byte[]>(settings("60000"), topic.name())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(topic.record(0, Topic.event(1)));
      producer.flush();
      transaction =
          new KafkaCommittable(producer.getProducerId(), producer.getEpoch(), topic.name(), null);
      producer.commitTransaction();
    }
    Request request = new Request(transaction);
    commit(request, false);
    assertThat(request.signals).containsExactly("already");
  }

  @Test
  void aTransactionThatWasGivenUpIsNoSmallMatter() throws Exception {
    KafkaCommittable transaction = left(topic.name(), "500");
    awaitState(topic.name(), TransactionState.COMPLETE_ABORT);
    Request request = new Request(transaction);
    assertThatThrownBy(() -> commit(request, false))
        .isInstanceOf(KafkaOutputException.class)
        .hasMessage(
            "Cannot commit transaction "
                + topic.name()
                + " to topic "
                + topic.name()
                + ": Kafka at "
                + broker.bootstrap()
                + " has given it up, as it does with one that is open for longer than"
                + " transaction.timeout.ms. Its records are in the lots of the chain, and will not"
                + " be in the topic. To go on without them, set"
                + " cats.kafka.lost-transactions=skip in the client's settings");
    assertThat(request.signals).isEmpty();
  }

  @Test
  void whoSaysSoGoesOnWithoutLostRecords() throws Exception {
    KafkaCommittable transaction = left(topic.name(), "500");
    awaitState(topic.name(), TransactionState.COMPLETE_ABORT);
    Request request = new Request(transaction);
    try (Said said = new Said(Level.ERROR)) {
      commit(request, true);
      assertThat(said.lines()).hasSize(1).first().asString().contains("has given it up");
    }
    assertThat(request.signals).hasSize(1).first().asString().startsWith("failed");
    assertThat(topic.committed()).isEmpty();
  }

  @Test
  void aTransactionThatIsTooOldToKnowIsNoSmallMatterEither() throws Exception {
    Request request = new Request(new KafkaCommittable(1, (short) 0, "none-" + topic.name(), null));
    assertThatThrownBy(() -> commit(request, false))
        .isInstanceOf(KafkaOutputException.class)
        .hasMessage(
            "Cannot commit transaction none-"
                + topic.name()
                + " to topic "
                + topic.name()
                + ": Kafka at "
                + broker.bootstrap()
                + " does not know it any more, and so not whether it was committed: the checkpoint"
                + " is older than transactional.id.expiration.ms. Its records are in the lots of"
                + " the chain, and may not be in the topic. If the job was stopped with a"
                + " savepoint, it was; to go on, set cats.kafka.lost-transactions=skip in the"
                + " client's settings");
    assertThat(request.signals).isEmpty();
    try (Said said = new Said(Level.ERROR)) {
      commit(request, true);
      assertThat(said.lines()).hasSize(1).first().asString().contains("does not know it any more");
    }
    assertThat(request.signals).hasSize(1).first().asString().startsWith("failed");
  }

  private interface WithProducer {
    void use(FlinkKafkaInternalProducer<byte[], byte[]> producer, Request request) throws Exception;
  }

  /** As in a job that runs: the writer's own producer is what commits. */
  private void live(String timeout, WithProducer test) throws Exception {
    try (var producer =
        new FlinkKafkaInternalProducer<byte[], byte[]>(settings(timeout), topic.name())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(topic.record(0, Topic.event(1)));
      producer.flush();
      producer.precommitTransaction();
      test.use(producer, new Request(KafkaCommittable.of(producer)));
    }
  }

  @Test
  void theProducerThatWroteCommits() throws Exception {
    live(
        "60000",
        (producer, request) -> {
          commit(request, false);
          assertThat(request.signals).isEmpty();
          awaitState(topic.name(), TransactionState.COMPLETE_COMMIT);
          assertThat(topic.committed()).hasSize(1);
        });
  }

  @Test
  void whatAProducerOfARunningJobHasLostIsNoSmallMatter() throws Exception {
    live(
        "500",
        (producer, request) -> {
          awaitState(topic.name(), TransactionState.COMPLETE_ABORT);
          assertThatThrownBy(() -> commit(request, false))
              .isInstanceOf(KafkaOutputException.class)
              .hasMessageContaining("has given it up");
          assertThat(request.signals).isEmpty();
        });
  }

  /** Between the question what became of it and the commit. */
  @Test
  void aTransactionThatIsGivenUpAtTheLastMomentIsNoSmallMatter() throws Exception {
    Request request = new Request(left(topic.name(), "60000"));
    try (KafkaCommitter flinks = flinks()) {
      Committer<KafkaCommittable> late =
          new Committer<>() {
            @Override
            public void commit(Collection<CommitRequest<KafkaCommittable>> requests)
                throws IOException, InterruptedException {
              try (Admin admin = broker.newAdmin()) {
                admin.fenceProducers(List.of(topic.name())).all().get();
              } catch (ExecutionException e) {
                throw new IOException(e);
              }
              flinks.commit(requests);
            }

            @Override
            public void close() {}
          };
      assertThatThrownBy(() -> commit(late, request, false))
          .isInstanceOf(KafkaOutputException.class)
          .hasMessageContaining("has given it up");
    }
    assertThat(request.signals).isEmpty();
    assertThat(topic.committed()).isEmpty();
  }

  /** A request that remembers what it was told. */
  private static final class Request implements Committer.CommitRequest<KafkaCommittable> {
    private final KafkaCommittable transaction;
    private final List<String> signals = new ArrayList<>();

    private Request(KafkaCommittable transaction) {
      this.transaction = transaction;
    }

    @Override
    public KafkaCommittable getCommittable() {
      return transaction;
    }

    @Override
    public int getNumberOfRetries() {
      return 0;
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      signals.add("failed: " + reason.getMessage());
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      signals.add("unknown: " + reason.getMessage());
    }

    @Override
    public void retryLater() {
      signals.add("later");
    }

    @Override
    public void updateAndRetryLater(KafkaCommittable changed) {
      signals.add("changed");
    }

    @Override
    public void signalAlreadyCommitted() {
      signals.add("already");
    }
  }
}
