package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever is done to a document or a lot, what is read is what is there, or nothing is read. */
class DocumentPropertyTest {
  private static final List<Node> OTHERS =
      List.of(
          Node.NULL,
          Node.of(true),
          Node.of(0),
          Node.of(1),
          Node.of(-1),
          Node.of(Long.MAX_VALUE),
          Node.of(0.5),
          Node.of(""),
          Node.of("file"),
          Node.of(Bytes.EMPTY),
          Node.list(),
          Node.map().build(),
          Node.link(Samples.raw("other")),
          Node.link(Samples.document("other")));

  @Property(tries = 500)
  void documentsComeBackAsTheyWere(@ForAll long seed) throws DecodeException {
    Document document = new Documents(seed).any();
    Document read = Document.of(Block.of(Cid.DAG_CBOR, document.block().bytes()));
    assertThat(DagCbor.encode(read.toNode())).isEqualTo(document.block().bytes());
    assertThat(read).isEqualTo(document);
  }

  @Property(tries = 2000)
  void changedBytesAreRefusedOrEncodeToThemselves(@ForAll long seed) {
    Random random = new Random(seed);
    readsWhatIsThere(changed(new Documents(seed).any().block().bytes(), random));
  }

  @Property(tries = 2000)
  void changedValuesAreRefusedOrEncodeToThemselves(@ForAll long seed) {
    Random random = new Random(seed);
    Node node = changed(new Documents(seed).any().toNode(), random);
    readsWhatIsThere(DagCbor.encode(node));
  }

  @Property(tries = 2000)
  void changedLotsAreRefusedOrEncodeToThemselves(@ForAll long seed) {
    Bytes bytes = changed(Samples.LOT.bytes(), new Random(seed));
    LotReader lot;
    try {
      lot = LotReader.of(Block.of(Cid.RAW, bytes));
    } catch (DecodeException e) {
      assertThat(e).hasMessageStartingWith("Invalid lot");
      return;
    }
    assertThat(Samples.lot(lot.schema(), lot.all()).bytes()).isEqualTo(bytes);
    for (int i = 0; i < lot.records(); i++) {
      assertThat(lot.json(i)).startsWith("{\"id\":\"");
    }
  }

  private static void readsWhatIsThere(Bytes bytes) {
    Document read;
    try {
      read = Document.of(Block.of(Cid.DAG_CBOR, bytes));
    } catch (DecodeException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(DagCbor.encode(read.toNode())).isEqualTo(bytes);
  }

  private static Bytes changed(Bytes bytes, Random random) {
    byte[] array = bytes.toArray();
    int at = random.nextInt(array.length);
    return switch (random.nextInt(4)) {
      case 0 -> bytes.slice(0, at);
      case 1 -> LotFormatBytes.concat(bytes.slice(0, at), bytes.slice(at + 1, bytes.size()));
      case 2 ->
          LotFormatBytes.concat(
              bytes.slice(0, at),
              Bytes.of((byte) random.nextInt(256)),
              bytes.slice(at, bytes.size()));
      default -> {
        array[at] ^= (byte) (1 << random.nextInt(8));
        yield Bytes.wrap(array);
      }
    };
  }

  /** The same value with something in it replaced, left out or doubled. */
  private static Node changed(Node node, Random random) {
    if (node instanceof Node.Map map && !map.entries().isEmpty() && random.nextInt(8) > 0) {
      Map<String, Node> entries = new TreeMap<>(map.entries());
      List<String> keys = new ArrayList<>(entries.keySet());
      String key = keys.get(random.nextInt(keys.size()));
      switch (random.nextInt(12)) {
        case 0 -> entries.remove(key);
        case 1 -> entries.put("more", other(random));
        default -> entries.put(key, changed(entries.get(key), random));
      }
      return new Node.Map(entries);
    } else if (node instanceof Node.List list && !list.items().isEmpty() && random.nextInt(8) > 0) {
      List<Node> items = new ArrayList<>(list.items());
      int at = random.nextInt(items.size());
      switch (random.nextInt(6)) {
        case 0 -> items.remove(at);
        case 1 -> items.add(at, items.get(at));
        default -> items.set(at, changed(items.get(at), random));
      }
      return Node.list(items);
    } else if (node instanceof Node.Int number && random.nextInt(3) > 0) {
      return Node.of(number.value() + random.nextInt(7) - 3);
    }
    return other(random);
  }

  private static Node other(Random random) {
    return OTHERS.get(random.nextInt(OTHERS.size()));
  }
}
