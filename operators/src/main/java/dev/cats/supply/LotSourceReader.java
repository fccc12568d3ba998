package dev.cats.supply;

import dev.cats.bom.Bom;
import dev.cats.bom.LotReader;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import dev.cats.event.Citation;
import dev.cats.event.Position;
import dev.cats.lineage.Documents;
import dev.cats.lot.Closing;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;

/**
 * Reads lots, one after the other. A lot is fetched by a thread of its own, since it may come from
 * far away, while the one before it is read: two are in memory at most.
 */
final class LotSourceReader<T> implements SourceReader<Arrival<T>, LotSplit> {
  private final SourceReaderContext context;
  private final LotSource<T> source;
  private final LotDecoder<T> decoder;
  private final ExecutorService fetcher = Executors.newSingleThreadExecutor();
  private final Deque<Fetched> lots = new ArrayDeque<>();
  private Optional<Fetched> reading = Optional.empty();
  private int next;
  private boolean noMoreSplits;
  private CompletableFuture<Void> news = new CompletableFuture<>();
  private volatile BlockStore store;

  /** A lot on its way. */
  private record Fetched(LotSplit split, CompletableFuture<Lot> lot) {}

  private record Lot(Cid data, LotReader records) {}

  LotSourceReader(SourceReaderContext context, LotSource<T> source) {
    this.context = context;
    this.source = source;
    this.decoder = LotDecoder.of(source.type());
  }

  @Override
  public void start() {
    if (lots.isEmpty()) {
      context.sendSplitRequest();
    }
  }

  @Override
  public void addSplits(List<LotSplit> splits) {
    for (LotSplit split : splits) {
      lots.add(
          new Fetched(split, CompletableFuture.supplyAsync(() -> fetch(split.bom()), fetcher)));
    }
    news.complete(null);
  }

  private Lot fetch(Cid cid) {
    try {
      if (store == null) {
        store = BlockStores.open(source.store());
      }
      Documents documents = new Documents(store);
      Bom bom = documents.bom(cid, "a BOM of step " + source.step());
      return new Lot(bom.output().data(), documents.lot(bom));
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public InputStatus pollNext(ReaderOutput<Arrival<T>> output) throws IOException {
    if (reading.isEmpty()) {
      if (lots.isEmpty()) {
        return nothing();
      }
      if (!lots.peek().lot().isDone()) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      Fetched begun = lots.remove();
      reading = Optional.of(begun);
      next = begun.split().next();
      if (lots.isEmpty() && !noMoreSplits) {
        context.sendSplitRequest();
      }
    }
    LotSplit split = reading.get().split();
    Lot lot = lot(reading.get());
    if (next < lot.records().records()) {
      context.metricGroup().getIOMetricGroup().getNumRecordsInCounter().inc();
      output.collect(arrival(split.bom(), lot, next));
      next++;
    }
    if (next >= lot.records().records()) {
      reading = Optional.empty();
    }
    return InputStatus.MORE_AVAILABLE;
  }

  private static Lot lot(Fetched fetched) throws IOException {
    try {
      return fetched.lot().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    }
  }

  private Arrival<T> arrival(Cid bom, Lot lot, int index) throws IOException {
    Citation made = new Citation(bom, index);
    Position position =
        new Position.FileRecord(
            source.initiative() + "/" + source.step() + "/" + bom, lot.data(), index);
    Optional<String> differs = decoder.differs(lot.records().schema());
    return differs.isPresent()
        ? Arrival.refused(
            position,
            "incompatible-schema",
            "Cannot read record %d of lot %s as %s: %s"
                .formatted(index, lot.data(), source.type().getName(), differs.get()),
            lot.records().encoded(index).toArray(),
            made)
        : Arrival.of(position, decoder.decode(lot.records(), index), made);
  }

  private InputStatus nothing() {
    if (noMoreSplits) {
      return InputStatus.END_OF_INPUT;
    }
    if (news.isDone()) {
      news = new CompletableFuture<>();
    }
    return InputStatus.NOTHING_AVAILABLE;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (reading.isPresent() || noMoreSplits && lots.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return lots.isEmpty()
        ? news
        : lots.peek().lot().handle((lot, failure) -> null); // a failure is told by the next poll
  }

  @Override
  public List<LotSplit> snapshotState(long checkpoint) {
    List<LotSplit> splits = new ArrayList<>();
    reading.ifPresent(fetched -> splits.add(new LotSplit(fetched.split().bom(), next)));
    lots.forEach(fetched -> splits.add(fetched.split()));
    return splits;
  }

  @Override
  public void notifyNoMoreSplits() {
    noMoreSplits = true;
    news.complete(null);
  }

  @Override
  public void close() {
    fetcher.shutdownNow();
    Closing.quietly(store);
  }
}
