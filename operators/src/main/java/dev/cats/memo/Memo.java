package dev.cats.memo;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.Lineage;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.bom.Run;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import dev.cats.lot.Closing;
import dev.cats.stage.Records;
import dev.cats.stage.StageSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a function made of which records, as far as the chain of a store says. Lots are first known
 * by the number of their inputs alone; only when a batch of as many records comes are those inputs
 * read, and hashed in the order in which they went in.
 *
 * <p>Not thread-safe.
 */
final class Memo {
  private static final Logger LOG = LoggerFactory.getLogger("dev.cats.stage");

  /** Lots of the function that are known, the newest. */
  static final int MAX_KNOWN = 1 << 12;

  /** BOMs of any step that are looked at for them. */
  private static final int MAX_LOOKED_AT = 1 << 17;

  /** Input lots after which no more are read; all that may be of one answer are compared. */
  private static final int MAX_READ = 1 << 14;

  /** Input lots at hand: batches of different keys are of the same ones. */
  private static final int AT_HAND = 8;

  private final BlockStore store;
  private final Documents documents;
  private final StageSettings settings;
  private final boolean rowwise;

  /** BOMs that refused records are of. */
  private final Set<Cid> refusedOf = new HashSet<>();

  /** BOMs of lots whose inputs were not read yet, by how many these are. */
  private final Map<Long, Set<Cid>> unread = new HashMap<>();

  /** BOMs by the hash of the inputs; nothing where the lot may not be all that was made of them. */
  private final Map<Bytes, Optional<Made>> known = new HashMap<>();

  private final Map<Cid, LotReader> atHand =
      new LinkedHashMap<>(AT_HAND, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Cid, LotReader> eldest) {
          return size() > AT_HAND;
        }
      };

  private int lotsRead;

  /** A lot, and the BOM that says what went in. */
  private record Made(Cid bom, Cid data) {}

  private Memo(BlockStore store, StageSettings settings, boolean rowwise) {
    this.store = store;
    this.documents = new Documents(store);
    this.settings = settings;
    this.rowwise = rowwise;
  }

  /**
   * Reads what was committed, from HEAD back.
   *
   * @param store which this memo closes
   */
  static Memo of(BlockStore store, StageSettings settings, boolean rowwise) {
    Memo memo = new Memo(store, settings, rowwise);
    int found = memo.find();
    LOG.info("{} knows {} lots of {}", settings.step(), found, store.describe());
    return memo;
  }

  private int find() {
    int lookedAt = 0;
    int found = 0;
    try {
      Chain chain = Chain.ofHead(documents);
      Optional<Manifest> at = chain.next();
      while (at.isPresent() && at.get().signatureValid() && found < MAX_KNOWN) {
        List<Cid> boms = documents.boms(at.get());
        lookedAt += boms.size();
        if (lookedAt > MAX_LOOKED_AT) {
          break;
        }
        found += find(at.get(), boms);
        at = chain.next();
      }
    } catch (IOException e) {
      LOG.warn("{} looks no further back: {}", settings.step(), e.getMessage());
    }
    return found;
  }

  /** All that the function made in a manifest, or nothing: parts of one lot are in one manifest. */
  private int find(Manifest manifest, List<Cid> boms) throws IOException {
    Map<Cid, Long> found = new LinkedHashMap<>();
    for (Cid cid : boms) {
      if (store.wasPruned(cid)) {
        return 0;
      }
      Bom bom = documents.bom(cid, "committed by manifest " + manifest.cid());
      Order order = documents.order(bom);
      if (order.steps().size() == 1
          && order.steps().get(0).function().equals(settings.function().cid())) {
        Inputs inputs = documents.inputs(bom);
        if (order.output().isPresent()) {
          refusedOf.addAll(inputs.boms());
        } else {
          found.put(cid, inputs.records());
        }
      }
    }
    found.forEach(
        (bom, inputs) -> unread.computeIfAbsent(inputs, count -> new LinkedHashSet<>()).add(bom));
    return found.size();
  }

  /** What the function made of these very records, if it is known and still there. */
  Optional<Records> recall(Records inputs) {
    readAll(inputs.count());
    Bytes name = nameOf(inputs);
    Optional<Made> made = known.getOrDefault(name, Optional.empty());
    if (made.isEmpty()) {
      return Optional.empty();
    }
    try {
      Bom bom = documents.bom(made.get().bom(), "a BOM of step " + settings.step());
      LotReader lot = documents.lot(bom);
      if (lot.schema().equals(settings.output())) {
        Records.Builder records = new Records.Builder();
        copy(lot, 0, lot.records(), records);
        return Optional.of(records.build());
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn(
          "{} calls its function again, as what it made cannot be taken from the store: {}",
          settings.step(),
          e.getMessage());
    }
    known.remove(name);
    return Optional.empty();
  }

  private void readAll(long count) {
    Set<Cid> boms = unread.remove(count);
    if (boms == null) {
      return;
    }
    if (lotsRead >= MAX_READ) {
      LOG.warn("{} has read {} lots to compare, and stops", settings.step(), lotsRead);
      unread.clear();
      return;
    }
    // One that cannot be read may be another part of what the rest seem to be all of.
    Map<Bytes, Optional<Made>> found = new HashMap<>();
    for (Cid cid : boms) {
      try {
        note(documents.bom(cid, "a BOM of step " + settings.step()), found);
      } catch (IOException | RuntimeException e) {
        LOG.warn(
            "{} does not compare with lots of {} records, as of BOM {}: {}",
            settings.step(),
            count,
            cid,
            e.getMessage());
        return;
      }
    }
    known.putAll(found);
  }

  private void note(Bom bom, Map<Bytes, Optional<Made>> found) throws IOException {
    Inputs inputs = documents.inputs(bom);
    Optional<Records> records = read(inputs);
    if (records.isPresent() && Collections.disjoint(refusedOf, inputs.boms())) {
      found.merge(
          nameOf(records.get()),
          isAll(bom, inputs)
              ? Optional.of(new Made(bom.cid(), bom.output().data()))
              : Optional.empty(),
          (one, other) ->
              one.map(Made::data).equals(other.map(Made::data)) ? one : Optional.empty());
    }
  }

  /**
   * Whether a lot is all that the function made of these inputs: of one that is a part the lineage
   * is spelled out. Of a rowwise function a part is all that was made of its own.
   */
  private boolean isAll(Bom bom, Inputs inputs) {
    boolean same = bom.lineage() instanceof Lineage.Same;
    return rowwise
        ? same
        : bom.lineage() instanceof Lineage.Whole || (same && inputs.records() == 1);
  }

  private static Bytes nameOf(Records records) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
      for (int i = 0; i < records.count(); i++) {
        sha256.update(length.putInt(0, records.length(i)).array());
      }
      sha256.update(records.bytes(), 0, records.size());
      return Bytes.wrap(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** The records that went in, in their order; nothing if they are of another schema. */
  private Optional<Records> read(Inputs inputs) throws IOException {
    Records.Builder records = new Records.Builder();
    for (Run run : inputs.runs()) {
      LotReader lot = lot(inputs.boms().get(run.bom()));
      if (!lot.schema().equals(settings.input())) {
        return Optional.empty();
      }
      copy(lot, Math.toIntExact(run.first()), Math.toIntExact(run.count()), records);
    }
    return Optional.of(records.build());
  }

  private LotReader lot(Cid bom) throws IOException {
    LotReader lot = atHand.get(bom);
    if (lot == null) {
      lotsRead++;
      lot = documents.lot(documents.bom(bom, "an input of step " + settings.step()));
      atHand.put(bom, lot);
    }
    return lot;
  }

  private static void copy(LotReader lot, int first, int count, Records.Builder into) {
    for (int i = first; i < first + count; i++) {
      byte[] record = lot.encoded(i).toArray();
      into.add(record, 0, record.length);
    }
  }

  void close() {
    Closing.quietly(store);
  }
}
