package dev.cats.connector.kafka;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.internal.KafkaCommitter;
import org.apache.flink.connector.kafka.sink.internal.TransactionFinished;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the transactions of completed checkpoints, and knows which of them were lost.
 *
 * <p>After a restart the transactions of the last checkpoint are committed once more, since it may
 * have ended before they were. To Flink's committer a transaction that was committed and one that
 * the broker has given up look alike ("fenced"): it reports both as probable data loss and goes on.
 * Kafka knows which it is, so it is asked:
 *
 * <pre>
 * ongoing                         commit it
 * committed by this very producer nothing to do
 * given up, or taken over         its records are lost: the job fails, or goes on if told so
 * not known any more              (a week later) nobody can tell: as if they were lost
 * </pre>
 */
final class KafkaEventCommitter implements Committer<KafkaCommittable> {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaEventCommitter.class);

  private final Committer<KafkaCommittable> flinks;
  private final Brokers brokers;
  private final String topic;
  private final boolean skipLost;
  private final BrokerWatch watch;
  @Nullable private Admin admin;

  KafkaEventCommitter(
      Committer<KafkaCommittable> flinks, Brokers brokers, String topic, boolean skipLost) {
    this.flinks = flinks;
    this.brokers = brokers;
    this.topic = topic;
    this.skipLost = skipLost;
    this.watch = new BrokerWatch(brokers);
  }

  private enum Fate {
    OPEN,
    ENDING,
    COMMITTED,
    LOST,
    UNKNOWN
  }

  @Override
  public void commit(Collection<CommitRequest<KafkaCommittable>> requests)
      throws IOException, InterruptedException {
    for (CommitRequest<KafkaCommittable> request : requests) {
      KafkaCommittable transaction = request.getCommittable();
      // The transaction of a producer that is still here is open unless Kafka says otherwise.
      Fate fate = transaction.getProducer().isPresent() ? Fate.OPEN : fate(transaction);
      Throwable failure = null;
      if (fate == Fate.OPEN) {
        Watched watched = new Watched(request);
        try {
          flinks.commit(List.of(watched));
        } catch (RuntimeException e) { // Flink's, around one of Kafka's that it does not know
          throw explained(e);
        }
        failure = watched.failure;
        if (failure == null) {
          continue;
        }
        fate = fate(transaction);
      }
      settle(request, fate, failure);
    }
  }

  private void settle(
      CommitRequest<KafkaCommittable> request, Fate fate, @Nullable Throwable failure)
      throws IOException {
    String id = request.getCommittable().getTransactionalId();
    if (fate == Fate.COMMITTED) {
      finished(TransactionFinished.successful(id));
      request.signalAlreadyCommitted();
      return;
    }
    String lost = lost(id, fate, failure);
    if (!skipLost) {
      throw new KafkaOutputException(
          lost
              + (fate == Fate.UNKNOWN
                  ? ". If the job was stopped with a savepoint, it was; to go on, set "
                  : ". To go on without them, set ")
              + KafkaEventSink.LOST_TRANSACTIONS
              + "=skip in the client's settings",
          failure);
    }
    LOG.error("{}", lost);
    finished(TransactionFinished.erroneously(id));
    request.signalFailedWithKnownReason(failure == null ? new IOException(lost) : failure);
  }

  /** What cannot be done, and what that means for the records. */
  private String lost(String id, Fate fate, @Nullable Throwable failure) {
    String cannot =
        "Cannot commit transaction " + id + " to topic " + topic + ": Kafka at " + brokers;
    return switch (fate) {
      case UNKNOWN ->
          cannot
              + " does not know it any more, and so not whether it was committed: the checkpoint is"
              + " older than transactional.id.expiration.ms. Its records are in the lots of the"
              + " chain, and may not be in the topic";
      case OPEN ->
          cannot
              + " has it open still, and did not take the commit ("
              + (failure == null ? "it says nothing" : failure.getMessage())
              + ")";
      default ->
          cannot
              + " has given it up, as it does with one that is open for longer than"
              + " transaction.timeout.ms. Its records are in the lots of the chain, and will not be"
              + " in the topic";
    };
  }

  /** Lets the writer forget the transaction, as Flink's committer does. */
  private void finished(TransactionFinished transaction) {
    if (flinks instanceof KafkaCommitter committer) {
      committer.getBackchannel().send(transaction);
    }
  }

  private Fate fate(KafkaCommittable transaction) throws IOException, InterruptedException {
    try {
      // One that is about to end is asked about until it has.
      return watch.until(() -> Optional.of(ask(transaction)).filter(fate -> fate != Fate.ENDING));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TransactionalIdNotFoundException) {
        return Fate.UNKNOWN;
      }
      throw explained(e);
    }
  }

  private IOException explained(Exception thrown) {
    return KafkaFailures.writing(brokers, topic).explained(thrown) instanceof IOException explained
        ? explained
        : new IOException(thrown);
  }

  private Fate ask(KafkaCommittable transaction) throws ExecutionException, InterruptedException {
    if (admin == null) {
      admin = brokers.admin();
    }
    String id = transaction.getTransactionalId();
    DescribeTransactionsOptions options =
        new DescribeTransactionsOptions().timeoutMs((int) BrokerWatch.PATIENCE.toMillis());
    TransactionDescription found =
        admin.describeTransactions(List.of(id), options).description(id).get();
    return fate(transaction, found);
  }

  /**
   * What a transaction has come to. Kafka raises the epoch by one when it ends a transaction that
   * its producer knows to be of the second version, and leaves it else.
   */
  private static Fate fate(KafkaCommittable transaction, TransactionDescription found) {
    int epoch = found.producerEpoch();
    boolean ours = found.producerId() == transaction.getProducerId();
    boolean still = ours && epoch == transaction.getEpoch();
    boolean ended = still || (ours && epoch == transaction.getEpoch() + 1);
    return switch (found.state()) {
      case ONGOING -> still ? Fate.OPEN : Fate.LOST;
      case COMPLETE_COMMIT -> ended ? Fate.COMMITTED : Fate.LOST;
      case PREPARE_COMMIT, PREPARE_ABORT, PREPARE_EPOCH_FENCE, UNKNOWN -> Fate.ENDING;
      case COMPLETE_ABORT, EMPTY -> Fate.LOST;
    };
  }

  @Override
  public void close() throws Exception {
    watch.close();
    try (Admin asked = admin) {
      flinks.close();
    }
  }

  /** A request of which it is remembered why it failed, before that counts. */
  private static final class Watched implements CommitRequest<KafkaCommittable> {
    private final CommitRequest<KafkaCommittable> flinks;
    @Nullable private Throwable failure;

    private Watched(CommitRequest<KafkaCommittable> flinks) {
      this.flinks = flinks;
    }

    @Override
    public KafkaCommittable getCommittable() {
      return flinks.getCommittable();
    }

    @Override
    public int getNumberOfRetries() {
      return flinks.getNumberOfRetries();
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      failure = reason;
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      flinks.signalFailedWithUnknownReason(reason);
    }

    @Override
    public void retryLater() {
      flinks.retryLater();
    }

    @Override
    public void updateAndRetryLater(KafkaCommittable changed) {
      flinks.updateAndRetryLater(changed);
    }

    @Override
    public void signalAlreadyCommitted() {
      flinks.signalAlreadyCommitted();
    }
  }
}
