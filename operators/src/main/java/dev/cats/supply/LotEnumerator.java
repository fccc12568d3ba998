package dev.cats.supply;

import dev.cats.bom.Bom;
import dev.cats.bom.Manifest;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * Gives out the lots of a step, those of one manifest after the other, the oldest first, to
 * whichever reader asks. The store is asked by a thread of its own, for one manifest at a time; of
 * the chain it holds the manifests' CIDs, some hundred bytes each.
 */
final class LotEnumerator implements SplitEnumerator<LotSplit, LotProgress> {
  private final SplitEnumeratorContext<LotSplit> context;
  private final LotSource<?> source;
  private final Set<Integer> asking = new LinkedHashSet<>();
  private final Deque<LotSplit> waiting = new ArrayDeque<>();
  private Optional<Cid> last;

  /** What is still to be given out; null until the chain was walked. */
  private Deque<Cid> manifests;

  private boolean loading;
  private BlockStore store;

  LotEnumerator(
      SplitEnumeratorContext<LotSplit> context, LotSource<?> source, LotProgress progress) {
    this.context = context;
    this.source = source;
    this.last = progress.last();
    this.waiting.addAll(progress.waiting());
  }

  @Override
  public void start() {
    loading = true;
    Optional<Cid> from = last;
    context.callAsync(
        () -> chain(from),
        (chain, failure) -> {
          check(failure);
          manifests = chain;
          serve();
        });
  }

  /** The manifests to be read, behind the last one that was, the oldest first. */
  private Deque<Cid> chain(Optional<Cid> last) throws IOException {
    Deque<Cid> found = new ArrayDeque<>();
    Documents documents = documents();
    Chain chain = Chain.from(documents, source.manifest());
    for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
      Cid cid = LotSource.signed(at.get()).cid();
      if (last.equals(Optional.of(cid)) || (last.isEmpty() && cid.equals(source.after()))) {
        return found;
      }
      found.addFirst(cid);
    }
    if (last.isPresent()) {
      throw new IOException(
          "Cannot go on reading lots behind manifest %s: it is not in the chain of %s. Was that given by an older name or HEAD?"
              .formatted(last.get(), source.manifest()));
    }
    if (source.after() != null) {
      throw new IOException(
          "Cannot read lots after manifest %s: it is not in the chain of %s"
              .formatted(source.after(), source.manifest()));
    }
    return found;
  }

  private List<LotSplit> lots(Cid manifest) throws IOException {
    Documents documents = documents();
    List<LotSplit> lots = new ArrayList<>();
    for (Cid cid : documents.boms(documents.manifest(manifest, "a manifest of the chain"))) {
      Bom bom = documents.bom(cid, "committed by manifest " + manifest);
      if (Documents.label(documents.order(bom)).equals(source.step())) {
        lots.add(new LotSplit(cid, 0));
      }
    }
    return lots;
  }

  private synchronized Documents documents() throws IOException {
    if (store == null) {
      store = BlockStores.open(source.store());
    }
    return new Documents(store);
  }

  @Override
  public void handleSplitRequest(int subtask, String host) {
    asking.add(subtask);
    if (!loading) {
      serve();
    }
  }

  private void serve() {
    loading = false;
    asking.retainAll(context.registeredReaders().keySet()); // who failed meanwhile asks again
    while (!asking.isEmpty() && !waiting.isEmpty()) {
      context.assignSplit(waiting.poll(), nextAsking());
    }
    if (asking.isEmpty()) {
      return;
    }
    if (manifests.isEmpty()) {
      while (!asking.isEmpty()) {
        context.signalNoMoreSplits(nextAsking());
      }
      return;
    }
    loading = true;
    Cid next = manifests.peek();
    context.callAsync(
        () -> lots(next),
        (lots, failure) -> {
          check(failure);
          waiting.addAll(lots);
          last = Optional.of(manifests.remove());
          serve();
        });
  }

  private int nextAsking() {
    int subtask = asking.iterator().next();
    asking.remove(subtask);
    return subtask;
  }

  private static void check(Throwable failure) {
    if (failure != null) {
      throw new FlinkRuntimeException(failure.getMessage(), failure);
    }
  }

  @Override
  public void addSplitsBack(List<LotSplit> splits, int subtask) {
    for (int i = splits.size() - 1; i >= 0; i--) {
      waiting.addFirst(splits.get(i));
    }
  }

  @Override
  public void addReader(int subtask) {}

  @Override
  public LotProgress snapshotState(long checkpoint) {
    return new LotProgress(last, List.copyOf(waiting));
  }

  @Override
  public synchronized void close() throws IOException {
    if (store != null) {
      store.close();
    }
  }
}
