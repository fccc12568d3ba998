package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CarIndexTest {
  private static final int[] CODECS = {Cid.RAW, Cid.DAG_CBOR, Cid.DAG_PB, Cid.DAG_JSON};

  @Property(tries = 100)
  void everyEntryIsFoundAndNoOther(@ForAll @IntRange(max = 300) int count, @ForAll long seed)
      throws Exception {
    List<CarIndex.Entry> entries = entries(count, seed);
    CarIndex index = CarIndex.decode(CarIndex.of(entries, 99).encode());

    for (CarIndex.Entry entry : entries) {
      assertThat(index.find(entry.cid())).contains(entry);
    }
    for (CarIndex.Entry other : entries(20, seed + 1)) {
      assertThat(index.find(other.cid())).isEmpty();
    }
    assertThat(index.size()).isEqualTo(count);
    assertThat(index.archiveSize()).isEqualTo(99);
  }

  @Property(tries = 50)
  void theBytesDoNotDependOnTheOrderGiven(@ForAll @IntRange(max = 100) int count, @ForAll long seed)
      throws Exception {
    List<CarIndex.Entry> entries = entries(count, seed);
    CarIndex index = CarIndex.of(entries, 0);
    List<CarIndex.Entry> shuffled = new ArrayList<>(entries);
    Collections.shuffle(shuffled, new Random(seed));

    assertThat(CarIndex.of(shuffled, 0).encode()).isEqualTo(index.encode());
    assertThat(CarIndex.decode(index.encode()).encode()).isEqualTo(index.encode());
    entries.sort(Comparator.comparing(CarIndex.Entry::cid));
    assertThat(index.entries()).isEqualTo(entries);
  }

  @Test
  void theFormIsWhatTheCommentSays() throws Exception {
    Cid cid = Cid.sha256(Cid.RAW, Bytes.utf8("hello world"));
    CarIndex index = CarIndex.of(List.of(new CarIndex.Entry(cid, 55, 11)), 66);
    String body =
        "4341545349445801" // CATSIDX 1
            + "0000000000000042" // the archive has 66 bytes
            + "00000001" // one group
            + "0004" // a prefix of 4 bytes
            + "0020" // digests of 32
            + "00000001" // one row
            + "01551220" // CIDv1 raw sha2-256 32
            + cid.digest().hex()
            + "0000000000000037" // at byte 55
            + "0000000b"; // 11 bytes
    assertThat(index.encode().hex())
        .isEqualTo(body + Cid.sha256(Cid.RAW, Bytes.fromHex(body)).digest().hex());
  }

  @Test
  void ofABlockThatIsThereTwiceTheFirstPlaceCounts() {
    Cid cid = Cid.sha256(Cid.RAW, Bytes.utf8("twice"));
    CarIndex index =
        CarIndex.of(List.of(new CarIndex.Entry(cid, 900, 5), new CarIndex.Entry(cid, 55, 5)), 1000);
    assertThat(index.find(cid)).contains(new CarIndex.Entry(cid, 55, 5));
    assertThat(index.size()).isEqualTo(1);
  }

  @Test
  void anArchiveGivesTheIndexThatItsWriterGave() throws Exception {
    List<Block> blocks = List.of(block(1), block(2), block(3), block(1));
    Bytes car = CarTest.car(blocks.toArray(Block[]::new));
    Map<Cid, Bytes> found = new HashMap<>();
    CarIndex index = CarIndex.of(CarReader.open(car.asStream()));
    for (CarIndex.Entry entry : index.entries()) {
      int offset = (int) entry.offset();
      found.put(entry.cid(), car.slice(offset, offset + entry.length()));
    }

    assertThat(index.archiveSize()).isEqualTo(car.size());
    assertThat(found).hasSize(3);
    for (Block block : blocks) {
      assertThat(found).containsEntry(block.cid(), block.bytes());
    }
  }

  @Test
  void cidsOfBothVersionsAndOfOtherHashesAreKept() throws Exception {
    Bytes bytes = Bytes.utf8("x");
    List<Cid> cids =
        List.of(
            Cid.decode(Bytes.fromHex("1220" + Cid.sha256(Cid.DAG_PB, bytes).digest().hex())),
            Cid.sha256(Cid.DAG_PB, bytes),
            Cid.decode(Bytes.fromHex("0155000568656c6c6f")),
            Cid.decode(Bytes.fromHex("01550000")));
    List<CarIndex.Entry> entries = new ArrayList<>();
    cids.forEach(cid -> entries.add(new CarIndex.Entry(cid, entries.size(), 1)));
    CarIndex index = CarIndex.decode(CarIndex.of(entries, 4).encode());
    for (CarIndex.Entry entry : entries) {
      assertThat(index.find(entry.cid())).contains(entry);
    }
  }

  @Test
  void anyFlippedBitAndAnyMissingByteIsNoticed() {
    Bytes whole = CarIndex.of(entries(5, 1), 7).encode();
    for (int bit = 0; bit < 8 * whole.size(); bit++) {
      byte[] flipped = whole.toArray();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> CarIndex.decode(Bytes.wrap(flipped)))
          .withMessageStartingWith("Invalid index: expected ");
    }
    for (int size = 0; size < whole.size(); size++) {
      Bytes cut = whole.slice(0, size);
      assertThatExceptionOfType(DecodeException.class).isThrownBy(() -> CarIndex.decode(cut));
    }
  }

  @Test
  void aChecksumThatFitsDoesNotMakeNonsenseRight() {
    byte[] whole = CarIndex.of(entries(6, 1), 7).encode().toArray();
    assertNonsense(whole, 19, 0, "groups"); // fewer groups than are there
    assertNonsense(whole, 19, 200, "groups");
    assertNonsense(whole, 27, 100, "a group within the index");
    assertNonsense(whole, 24, 0xff, "a group within the index");
  }

  @Test
  void rowsOutOfOrderAreRefusedAlthoughTheChecksumFits() {
    List<CarIndex.Entry> entries =
        List.of(new CarIndex.Entry(block(4).cid(), 1, 1), new CarIndex.Entry(block(8).cid(), 2, 1));
    byte[] swapped = CarIndex.of(entries, 3).encode().toArray();
    byte[] first = java.util.Arrays.copyOfRange(swapped, 32, 32 + 44);
    System.arraycopy(swapped, 32 + 44, swapped, 32, 44);
    System.arraycopy(first, 0, swapped, 32 + 44, 44);
    assertNonsense(swapped, 0, swapped[0], "rows in ascending order");
    System.arraycopy(first, 0, swapped, 32, 44);
    assertNonsense(swapped, 0, swapped[0], "rows in ascending order"); // the same CID twice
  }

  @Test
  void entriesAreSane() {
    Cid cid = block(1).cid();
    assertThatIllegalArgumentException().isThrownBy(() -> new CarIndex.Entry(cid, -1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new CarIndex.Entry(cid, 0, -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CarIndex.Entry(cid, 0, Block.MAX_SIZE + 1));
  }

  @Test
  void aBufferIsReadFromItsPosition() throws Exception {
    Bytes encoded = CarIndex.of(entries(3, 2), 1).encode();
    ByteBuffer direct = ByteBuffer.allocateDirect(encoded.size() + 10);
    direct.position(10).put(encoded.asByteBuffer()).position(10);
    assertThat(CarIndex.decode(direct).encode()).isEqualTo(encoded);
  }

  private static void assertNonsense(byte[] whole, int at, int value, String expected) {
    byte[] changed = whole.clone();
    changed[at] = (byte) value;
    Bytes body = Bytes.copyOf(changed, 0, changed.length - 32);
    byte[] checksum = Cid.sha256(Cid.RAW, body).digest().toArray();
    System.arraycopy(checksum, 0, changed, changed.length - 32, 32);
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> CarIndex.decode(Bytes.wrap(changed)))
        .withMessageContaining(expected.equals("groups") ? "Invalid index: expected " : expected);
  }

  private static List<CarIndex.Entry> entries(int count, long seed) {
    Random random = new Random(seed);
    List<CarIndex.Entry> entries = new ArrayList<>();
    long offset = 18;
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[8];
      random.nextBytes(bytes);
      int length = random.nextInt(Block.MAX_SIZE + 1);
      entries.add(
          new CarIndex.Entry(Cid.sha256(CODECS[random.nextInt(4)], bytes, 0, 8), offset, length));
      offset += length;
    }
    return entries;
  }

  private static Block block(int number) {
    return Block.of(CODECS[number % 4], Bytes.of((byte) number));
  }
}
