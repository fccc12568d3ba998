package dev.cats.replay;

import dev.cats.bom.Bom;
import dev.cats.bom.Determinism;
import dev.cats.bom.Document;
import dev.cats.bom.Function;
import dev.cats.bom.Inputs;
import dev.cats.bom.Invoice;
import dev.cats.bom.Lineage;
import dev.cats.bom.LotFormat;
import dev.cats.bom.Manifest;
import dev.cats.bom.NodeKey;
import dev.cats.bom.Order;
import dev.cats.bom.Origin;
import dev.cats.bom.Range;
import dev.cats.bom.Run;
import dev.cats.bom.Structure;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * A small chain made by hand, of two checkpoints:
 *
 * <pre>
 * checkpoint 1   feed A: a b X c  ─ decode A: a b c   (X is rejected)
 * checkpoint 2   feed B: d e      ─ decode B: d e
 *                                      └─ daily: (a c d) and (b e), from decode A and B
 * </pre>
 *
 * <p>More documents are put before {@link #commitTo}, or blocks are left out there, to make a chain
 * that is wrong in one way.
 */
public final class SampleChain {
  public static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              "{\"type\":\"record\",\"name\":\"Line\",\"fields\":[{\"name\":\"text\",\"type\":\"string\"}]}");

  public final NodeKey key = NodeKey.generate();
  public final Block file = Block.of(Cid.RAW, Bytes.utf8("a\nb\nX\nc\nd\ne\n"));
  public final Structure structure;
  public final Bom feedA;
  public final Bom decodeA;
  public final Bom rejects;
  public final Bom feedB;
  public final Bom decodeB;
  public final Bom daily;
  public final Manifest first;
  public final Manifest second;

  private final Map<Cid, Block> older = new LinkedHashMap<>();
  private final Map<Cid, Block> newer = new LinkedHashMap<>();
  private Map<Cid, Block> blocks = older;
  private Cid head;

  public SampleChain() {
    this(Map.of());
  }

  /** With a configuration in the structure that all orders name. */
  public SampleChain(Map<String, String> configuration) {
    put(file);
    structure =
        put(
            Structure.flink(
                new TreeMap<>(configuration),
                new TreeMap<>(Map.of("flink", "2.3.0")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    Order feed = order("feed", Optional.empty());
    Order decode = order("decode", Optional.empty());
    Order window = order("daily", Optional.empty());

    feedA = source(feed, 0, "a", "b", "X", "c");
    decodeA = bom(decode, from(feedA), Lineage.Spread.of(1, 1, 0, 1), "a", "b", "c");
    rejects =
        bom(
            order("decode", Optional.of("rejects")),
            from(feedA),
            Lineage.Spread.of(0, 0, 1, 0),
            "X: not a letter");
    first = manifest("run-1", 1, Optional.empty(), 1, List.of(feedA, decodeA, rejects));

    blocks = newer;
    feedB = source(feed, 4, "d", "e");
    decodeB = bom(decode, from(feedB), new Lineage.Same(), "d", "e");
    daily =
        bom(
            window,
            new Inputs(
                List.of(decodeA.cid(), decodeB.cid()),
                List.of(new Run(0, 0, 3), new Run(1, 0, 2)),
                List.of(),
                List.of()),
            new Lineage.Edges(
                List.of(
                    List.of(new Range(0, 1), new Range(2, 2)),
                    List.of(new Range(1, 1), new Range(4, 1)))),
            "acd",
            "be");
    second = manifest("run-1", 2, Optional.of(first.cid()), 0, List.of(feedB, decodeB, daily));
    head = second.cid();
  }

  public <T extends Document> T put(T document) {
    put(document.block());
    return document;
  }

  public void put(Block block) {
    blocks.put(block.cid(), block);
  }

  /** Puts a manifest before all others, whatever it says. */
  public SampleChain withHead(Manifest manifest) {
    head = put(manifest).cid();
    return this;
  }

  public Cid head() {
    return head;
  }

  /**
   * Commits one segment per checkpoint, named {@code checkpoint-1} and {@code checkpoint-2},
   * without the blocks that are named.
   */
  public <S extends BlockStore> S commitTo(S store, Cid... left) throws IOException {
    Set<Cid> out = Set.of(left);
    int checkpoint = 0;
    for (Map<Cid, Block> each : List.of(older, newer)) {
      String segment = "checkpoint-" + ++checkpoint;
      try (SegmentWriter writer = store.newSegment(segment)) {
        for (Block block : each.values()) {
          if (!out.contains(block.cid())) {
            writer.append(block);
          }
        }
        writer.seal();
      }
      store.commit(segment);
    }
    store.moveHead(store.head(), head);
    return store;
  }

  public Order order(String step, Optional<String> output) {
    return order("letters", step, output);
  }

  public Order order(String initiative, String step, Optional<String> output) {
    Function function =
        put(
            new Function(
                "java", Optional.empty(), "example." + step, new TreeMap<>(), Determinism.BITWISE));
    return put(
        new Order(
            initiative, List.of(new Order.Step(step, function.cid())), structure.cid(), output));
  }

  public Bom source(Order order, long first, String... records) {
    Origin origin = new Origin.File("letters.txt", file.cid(), first, records.length);
    Inputs inputs = new Inputs(List.of(), List.of(), List.of(origin), List.of());
    return bom(order, inputs, new Lineage.Same(), records);
  }

  public Bom bom(Order order, Inputs inputs, Lineage lineage, String... records) {
    Block lot = lot(records);
    put(lot);
    Invoice invoice = new Invoice(lot.cid(), records.length, lot.bytes().size());
    return put(new Bom(order.cid(), inputs, lineage, invoice, Optional.empty()));
  }

  /** All records of one BOM. */
  public static Inputs from(Bom bom) {
    return new Inputs(
        List.of(bom.cid()), List.of(new Run(0, 0, bom.output().records())), List.of(), List.of());
  }

  public Manifest manifest(
      String run, long checkpoint, Optional<Cid> previous, long rejected, List<Bom> boms) {
    return manifest("letters", run, checkpoint, previous, rejected, boms);
  }

  public Manifest manifest(
      String initiative,
      String run,
      long checkpoint,
      Optional<Cid> previous,
      long rejected,
      List<Bom> boms) {
    return put(
        Manifest.signed(
            key,
            initiative,
            run,
            checkpoint,
            previous,
            boms.stream().map(Bom::cid).toList(),
            List.of(),
            List.of(),
            rejected,
            1_750_000_000_000L + checkpoint));
  }

  public static Block lot(String... records) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    try {
      for (String record : records) {
        encoder.writeString(record);
      }
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Bytes lot = LotFormat.of(SCHEMA).lot(records.length, Bytes.wrap(bytes.toByteArray()));
    return Block.of(Cid.RAW, lot);
  }

  /** The blocks of both checkpoints. */
  public List<Block> blocks() {
    List<Block> all = new ArrayList<>(older.values());
    newer.values().stream().filter(block -> !older.containsKey(block.cid())).forEach(all::add);
    return all;
  }
}
