package dev.cats.supply;

import dev.cats.bom.Bom;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import dev.cats.event.Described;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The records that a step of another chain delivered, up to one of its manifests, the oldest lot
 * first. Each arrives with the BOM and the index that name it there.
 *
 * <pre>{@code
 * initiative.source(
 *     "their-days",
 *     LotSource.from("ipns://k51…?via=kubo://127.0.0.1:5001").step("daily", DailyStats.class),
 *     DailyStats.class)
 * }</pre>
 *
 * <p><b>What is read is fixed when the job is built</b>, by the CID of a manifest, which is in the
 * function of its BOMs; the store's URI is not, as it does not matter who hands the blocks on. A
 * later run goes on with {@link From#after}.
 *
 * <p>A position is the lot, as a file by its CID, under the name INITIATIVE/STEP/BOM, and the
 * record's index in it. A split is a lot; with more than one subtask, lots come to them in turn.
 */
public final class LotSource<T> implements Source<Arrival<T>, LotSplit, LotProgress>, Described {
  private static final long serialVersionUID = 1L;

  private final String store;
  private final Cid manifest;
  @Nullable private final Cid after;
  private final String initiative;
  private final String step;
  private final Class<T> type;

  private LotSource(From from, Cid manifest, String initiative, String step, Class<T> type) {
    this.store = from.store;
    this.manifest = manifest;
    this.after = from.after;
    this.initiative = initiative;
    this.step = step;
    this.type = type;
  }

  /** Of the chain in this store: a folder or any URI that {@link BlockStores} opens. */
  public static From from(String store) {
    return new From(store, null, null);
  }

  /**
   * Which part of which chain.
   *
   * @param at the newest manifest that is read; null for HEAD
   * @param after the manifest after which reading begins; null for all
   */
  public record From(String store, @Nullable Cid at, @Nullable Cid after) {
    public From {
      Objects.requireNonNull(store, "store");
    }

    /** Up to this manifest; by default to HEAD, as it is when the job is built. */
    public From at(Cid manifest) {
      return new From(store, manifest, after);
    }

    /** Only what was committed after this manifest, such as the last one of a run before. */
    public From after(Cid manifest) {
      return new From(store, at, manifest);
    }

    /**
     * The records of a step. Its newest lot is read here, to see that there is one and that it can
     * be read as the type.
     *
     * @param step as {@code ./cats log} names it: {@code daily}, {@code decode (rejects)}
     * @param type of the records: the class that wrote them, or one whose schema resolves theirs
     * @throws IOException if the store cannot be asked, the chain has no lots of such a step, or
     *     they are of another schema, and what differs
     */
    public <T> LotSource<T> step(String step, Class<T> type) throws IOException {
      try (BlockStore blocks = BlockStores.open(store)) {
        Documents documents = new Documents(blocks);
        Optional<Cid> newest = at == null ? blocks.head() : Optional.of(at);
        if (newest.isEmpty()) {
          throw new IOException(
              "Cannot read step %s: %s has no manifest".formatted(step, blocks.describe()));
        }
        Manifest manifest = signed(documents.manifest(newest.get(), "the manifest to read up to"));
        Bom bom = newestOf(documents, manifest, step);
        LotReader lot = documents.lot(bom);
        LotDecoder<T> decoder = LotDecoder.of(type);
        Optional<String> differs = decoder.differs(lot.schema());
        if (differs.isPresent()) {
          throw new IOException(
              "Cannot read step %s of %s as %s: its newest lot %s is of another schema: %s"
                  .formatted(
                      step,
                      manifest.initiative(),
                      type.getName(),
                      bom.output().data(),
                      differs.get()));
        }
        return new LotSource<>(this, newest.get(), manifest.initiative(), step, type);
      }
    }

    private Bom newestOf(Documents documents, Manifest newest, String step) throws IOException {
      TreeSet<String> others = new TreeSet<>();
      Chain chain = Chain.from(documents, newest.cid());
      for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
        if (at.get().cid().equals(after)) {
          break;
        }
        for (Cid cid : documents.boms(at.get())) {
          Bom bom = documents.bom(cid, "committed by manifest " + at.get().cid());
          String label = Documents.label(documents.order(bom));
          if (label.equals(step)) {
            return bom;
          }
          others.add(label);
        }
      }
      throw new IOException(
          "Cannot read step %s of %s: %s has no lots of it%s\nIt has: %s"
              .formatted(
                  step,
                  newest.initiative(),
                  documents.store().describe(),
                  after == null ? "" : " after manifest " + after,
                  others.isEmpty() ? "none at all" : String.join(", ", others)));
    }
  }

  /** A manifest that its node signed. */
  static Manifest signed(Manifest manifest) throws IOException {
    if (!manifest.signatureValid()) {
      throw new IOException(
          "Cannot read lots of manifest %s: its signature is not by its node %s"
              .formatted(manifest.cid(), manifest.node()));
    }
    return manifest;
  }

  /** The manifest up to which is read. */
  public Cid manifest() {
    return manifest;
  }

  String store() {
    return store;
  }

  @Nullable
  Cid after() {
    return after;
  }

  String initiative() {
    return initiative;
  }

  String step() {
    return step;
  }

  Class<T> type() {
    return type;
  }

  @Override
  public Map<String, String> params() {
    Map<String, String> params = new TreeMap<>();
    params.put("initiative", initiative);
    params.put("step", step);
    params.put("manifest", manifest.toString());
    if (after != null) {
      params.put("after", after.toString());
    }
    return Map.copyOf(params);
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SplitEnumerator<LotSplit, LotProgress> createEnumerator(
      SplitEnumeratorContext<LotSplit> context) {
    return new LotEnumerator(context, this, LotProgress.NONE);
  }

  @Override
  public SplitEnumerator<LotSplit, LotProgress> restoreEnumerator(
      SplitEnumeratorContext<LotSplit> context, LotProgress progress) {
    return new LotEnumerator(context, this, progress);
  }

  @Override
  public SourceReader<Arrival<T>, LotSplit> createReader(SourceReaderContext context) {
    return new LotSourceReader<>(context, this);
  }

  @Override
  public SimpleVersionedSerializer<LotSplit> getSplitSerializer() {
    return LotState.SPLIT;
  }

  @Override
  public SimpleVersionedSerializer<LotProgress> getEnumeratorCheckpointSerializer() {
    return LotState.PROGRESS;
  }

  @Override
  public String toString() {
    return "lots of %s/%s up to %s".formatted(initiative, step, manifest);
  }
}
