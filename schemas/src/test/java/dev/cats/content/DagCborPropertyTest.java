package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/**
 * One node, one encoding: what is written reads back, and what is read is what would have been
 * written.
 */
class DagCborPropertyTest {
  private static final String[] KEYS = {
    "", "a", "b", "aa", "é", "ﬀ", "ﬀa", "😀", "水", "key", "z".repeat(24), "z".repeat(256)
  };
  private static final int[] CHARACTERS = "az\"\\\n\u0000/é水ﬀ😀".codePoints().toArray();

  @Property
  void everyNodeReadsBack(@ForAll("nodes") Node node) throws Exception {
    Bytes encoded = DagCbor.encode(node);
    assertThat(DagCbor.decode(encoded)).isEqualTo(node);
    assertThat(Vectors.fromDagJson(DagJson.encode(node))).isEqualTo(node);
    assertThat(Vectors.fromDagJson(DagJson.pretty(node))).isEqualTo(node);
  }

  @Property
  void randomBytesAreRefusedOrEncodeToThemselves(@ForAll @Size(max = 64) byte[] bytes) {
    assertRefusedOrCanonical(Bytes.of(bytes));
  }

  /**
   * Random bytes seldom get past the first one; documents with a few bytes changed reach every
   * check.
   */
  @Property(tries = 2000)
  void changedDocumentsAreRefusedOrEncodeToThemselves(
      @ForAll("nodes") Node node, @ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = DagCbor.encode(node).toArray();
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        default -> bytes[at]++;
      }
    }
    int end = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
    assertRefusedOrCanonical(Bytes.wrap(bytes).slice(0, end));
  }

  /**
   * All strings of up to two bytes, and all of three that begin like a value with something in it.
   */
  @Example
  void everyShortStringIsRefusedOrEncodesToItself() {
    int accepted = 0;
    for (int a = 0; a < 256; a++) {
      accepted += assertRefusedOrCanonical(Bytes.of((byte) a));
      for (int b = 0; b < 256; b++) {
        accepted += assertRefusedOrCanonical(Bytes.of((byte) a, (byte) b));
      }
    }
    // 24 + 24 small integers, false, true, null and 4 empty values; two bytes: 232 + 232 integers,
    // bytes of one, ASCII of one, a list of one of the 55 above
    assertThat(accepted).isEqualTo(55 + 232 + 232 + 256 + 128 + 55);
  }

  private static int assertRefusedOrCanonical(Bytes bytes) {
    Node node;
    try {
      node = DagCbor.decode(bytes);
    } catch (DecodeException e) {
      assertThat(e).hasMessageStartingWith("Invalid dag-cbor at byte ");
      return 0;
    }
    if (!DagCbor.encode(node).equals(bytes)) {
      throw new AssertionError("Accepted " + bytes.hex() + ", which is not canonical");
    }
    return 1;
  }

  @Provide
  Arbitrary<Node> nodes() {
    return Arbitraries.randomValue(random -> node(random, 0));
  }

  private static Node node(Random random, int depth) {
    return switch (random.nextInt(depth < 4 ? 12 : 8)) {
      case 0 -> random.nextInt(3) == 0 ? Node.NULL : Node.of(random.nextBoolean());
      case 1 -> Node.of(random.nextLong() >> random.nextInt(64));
      case 2 -> Node.of(integer(random));
      case 3 -> Node.of(real(random));
      case 4, 5 -> Node.of(text(random));
      case 6 -> Node.of(bytes(random, random.nextInt(40)));
      case 7 -> Node.link(Cid.ofDigest(Cid.RAW, bytes(random, 32)));
      case 8, 9 -> {
        Node[] items = new Node[random.nextInt(5)];
        for (int i = 0; i < items.length; i++) {
          items[i] = node(random, depth + 1);
        }
        yield Node.list(items);
      }
      default -> {
        Map<String, Node> entries = new HashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
          entries.put(KEYS[random.nextInt(KEYS.length)], node(random, depth + 1));
        }
        yield new Node.Map(entries);
      }
    };
  }

  /** From -2^64 to 2^64 - 1. */
  private static BigInteger integer(Random random) {
    BigInteger magnitude = new BigInteger(random.nextInt(65), random);
    return random.nextBoolean() ? magnitude : magnitude.not();
  }

  private static double real(Random random) {
    double value = Double.longBitsToDouble(random.nextLong());
    return Double.isFinite(value) ? value : random.nextInt(1000) / 8.0;
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      text.appendCodePoint(CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return text.toString();
  }

  private static Bytes bytes(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }
}
