package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** CAR archives, against those of the reference implementation. */
class CarTest {
  private static final Block HELLO = Block.of(Cid.RAW, Bytes.utf8("hello world"));
  private static final Block MAP = Block.of(Cid.DAG_CBOR, Bytes.fromHex("a0"));

  @Test
  void archivesEqualThoseOfTheReference() throws Exception {
    for (JsonNode vector : vectors()) {
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      List<Long> offsets = new ArrayList<>();
      try (CarWriter writer = new CarWriter(written, cids(vector.get("roots")))) {
        for (JsonNode block : vector.get("blocks")) {
          byte[] padded = Bytes.fromHex("ffff" + block.get("bytes").asText() + "ff").toArray();
          offsets.add(
              writer.append(Cid.parse(block.get("cid").asText()), padded, 2, padded.length - 3));
        }
        assertThat(writer.position()).isEqualTo(written.size());
      }

      String name = vector.get("name").asText();
      assertThat(Base64.getEncoder().encodeToString(written.toByteArray()))
          .as(name)
          .isEqualTo(vector.get("car").asText());
      assertThat(offsets)
          .as(name)
          .isEqualTo(
              vector.get("blocks").findValues("dataOffset").stream()
                  .map(JsonNode::asLong)
                  .toList());
    }
  }

  @Test
  void archivesOfTheReferenceAreRead() throws Exception {
    for (JsonNode vector : vectors()) {
      String name = vector.get("name").asText();
      byte[] car = Base64.getDecoder().decode(vector.get("car").asText());
      CarReader reader = CarReader.open(Bytes.wrap(car).asStream());
      assertThat(reader.roots()).as(name).isEqualTo(cids(vector.get("roots")));
      for (JsonNode block : vector.get("blocks")) {
        CarReader.Section section = reader.next().orElseThrow();
        assertThat(section.block().cid().toString()).as(name).isEqualTo(block.get("cid").asText());
        assertThat(section.block().bytes().hex()).as(name).isEqualTo(block.get("bytes").asText());
        assertThat(section.dataOffset()).as(name).isEqualTo(block.get("dataOffset").asLong());
      }
      assertThat(reader.next()).as(name).isEmpty();
      assertThat(reader.position()).isEqualTo(car.length);
    }
  }

  @Test
  void anArchiveThatIsCutShortAnywhereButBetweenSectionsIsRefused() throws Exception {
    Bytes car = car(HELLO, MAP);
    int first = car(HELLO).size();
    int header = car().size();
    for (int size = 0; size < car.size(); size++) {
      Bytes cut = car.slice(0, size);
      if (size == header || size == first) {
        assertThat(read(cut)).hasSize(size == header ? 0 : 1);
      } else {
        int begins = size < header ? 0 : size < first ? header : first;
        assertThatExceptionOfType(DecodeException.class)
            .as("cut to %d bytes", size)
            .isThrownBy(() -> read(cut))
            .withMessageStartingWith("Invalid CAR at byte " + begins + ": expected ");
      }
    }
  }

  @Test
  void aFlippedBitIsRefusedOrNamesAnotherBlock() throws Exception {
    Bytes car = car(HELLO, MAP);
    int renamed = 0;
    for (int bit = 0; bit < 8 * car.size(); bit++) {
      byte[] flipped = car.toArray();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        // No hash covers the codec: the same bytes under another codec are another block, and not
        // the one asked for.
        assertThat(read(Bytes.wrap(flipped))).isNotEqualTo(List.of(HELLO, MAP));
        renamed++;
      } catch (DecodeException e) {
        assertThat(e).hasMessageStartingWith("Invalid CAR at byte ");
      }
    }
    assertThat(renamed).isLessThanOrEqualTo(2 * 7);
  }

  @Test
  void aBlockThatDoesNotMatchIsNamedAndThoseBehindItAreStillRead() throws Exception {
    byte[] bytes = car(HELLO, MAP).toArray();
    bytes[car(HELLO).size() - 1] ^= 1;
    CarReader reader = CarReader.open(Bytes.wrap(bytes).asStream());

    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(reader::next)
        .withMessage(
            "Invalid CAR at byte 18: expected block "
                + HELLO.cid()
                + ", found bytes of "
                + Cid.sha256(Cid.RAW, Bytes.utf8("hello worle")))
        .withCauseInstanceOf(HashMismatchException.class);
    assertThat(reader.next().orElseThrow().block()).isEqualTo(MAP);
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void nothingIsReadBehindABrokenFrame() throws Exception {
    Bytes car = car(HELLO);
    CarReader reader = CarReader.open(Bytes.wrap(concat(car, Bytes.of((byte) 0), car)).asStream());
    reader.next();
    String message =
        "Invalid CAR at byte 66: expected a section of 1 to 1049600 bytes, found one of 0";
    assertThatExceptionOfType(DecodeException.class).isThrownBy(reader::next).withMessage(message);
    assertThatExceptionOfType(DecodeException.class).isThrownBy(reader::next).withMessage(message);
  }

  @Test
  void lengthsAreBoundedAndShortest() throws Exception {
    Bytes header = car();
    assertRefused(concat(header, Bytes.fromHex("8100")), "shortest form");
    assertRefused(concat(header, Bytes.fromHex("ffffffffffffffffffff01")), "at most 9 bytes");
    assertRefused(
        concat(header, Bytes.fromHex("ffffffffffffffff7f")),
        "expected a section of 1 to 1049600 bytes");
    assertRefused(concat(header, Bytes.fromHex("0101")), "no CID in front of the block");
    assertRefused(new byte[0], "expected a header, found no bytes at all");
    assertRefused(
        Bytes.fromHex("0b0a").toArray(),
        "expected 11 bytes of the header, found 1 and the end of the file");
  }

  @Test
  void aBlockMayBeAsLargeAsTheLimitAndNoLarger() throws Exception {
    Block largest = Block.of(Cid.RAW, Bytes.wrap(new byte[Block.MAX_SIZE]));
    assertThat(read(car(largest))).containsExactly(largest);

    Bytes tooLarge = Bytes.wrap(new byte[Block.MAX_SIZE + 1]);
    Cid cid = Cid.sha256(Cid.RAW, tooLarge);
    assertRefused(
        concat(car(), CarWriter.frameOf(cid, tooLarge.size()), tooLarge),
        "Invalid CAR at byte 18: expected at most 1048576 bytes in block "
            + cid
            + ", found 1048577");
    CarWriter writer = new CarWriter(new ByteArrayOutputStream(), List.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.append(cid, tooLarge.toArray(), 0, tooLarge.size()))
        .withMessage("Cannot append block " + cid + ": it has 1048577 bytes, the limit is 1048576");
  }

  @Test
  void headersOfAnotherKindAreNamed() throws Exception {
    assertRefused(
        Bytes.fromHex("0aa16776657273696f6e02").toArray(),
        "Invalid CAR at byte 0: expected CAR version 1, found version 2");
    assertRefused(
        framed(Node.map().put("roots", Node.list()).build()),
        "expected a header with \"roots\" and \"version\"");
    assertRefused(
        framed(Node.map().put("roots", Node.list(Node.of(1))).put("version", Node.of(1)).build()),
        "expected links as roots, found 1");
    assertRefused(
        framed(
            Node.map()
                .put("roots", Node.list())
                .put("version", Node.of(1))
                .put("x", Node.of(1))
                .build()),
        "expected a header with \"roots\" and \"version\", found {");
  }

  @Property(tries = 200)
  void whatIsWrittenIsRead(@ForAll @Size(max = 20) List<byte[]> contents) throws Exception {
    List<Block> blocks =
        contents.stream().map(bytes -> Block.of(Cid.RAW, Bytes.of(bytes))).toList();
    assertThat(read(car(blocks.toArray(Block[]::new)))).isEqualTo(blocks);
  }

  private static void assertRefused(byte[] car, String message) {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> read(Bytes.wrap(car)))
        .withMessageStartingWith("Invalid CAR at byte ")
        .withMessageContaining(message);
  }

  private static byte[] framed(Node header) {
    Bytes bytes = DagCbor.encode(header);
    return concat(Bytes.of((byte) bytes.size()), bytes);
  }

  private static byte[] concat(Bytes... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Bytes part : parts) {
      all.writeBytes(part.toArray());
    }
    return all.toByteArray();
  }

  static Bytes car(Block... blocks) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CarWriter writer = new CarWriter(out, List.of());
    for (Block block : blocks) {
      writer.append(block);
    }
    return Bytes.wrap(out.toByteArray());
  }

  private static List<Block> read(Bytes car) throws IOException, DecodeException {
    List<Block> blocks = new ArrayList<>();
    try (CarReader reader = CarReader.open(car.asStream())) {
      for (Optional<CarReader.Section> next = reader.next();
          next.isPresent();
          next = reader.next()) {
        blocks.add(next.get().block());
      }
    }
    return blocks;
  }

  private static JsonNode vectors() throws IOException {
    try (InputStream in = CarTest.class.getResourceAsStream("/vectors/cars.json")) {
      JsonNode vectors = new ObjectMapper().readTree(in);
      assertThat(vectors).hasSizeGreaterThanOrEqualTo(8);
      return vectors;
    }
  }

  private static List<Cid> cids(JsonNode texts) throws DecodeException {
    List<Cid> cids = new ArrayList<>();
    for (JsonNode text : texts) {
      cids.add(Cid.parse(text.asText()));
    }
    return cids;
  }
}
