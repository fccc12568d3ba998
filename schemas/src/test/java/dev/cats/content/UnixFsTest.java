package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Files as blocks, against the roots and nodes of the reference implementation. Directories are in
 * {@code UnixFsIT}.
 */
class UnixFsTest {
  private final String name = "unixfs-" + UUID.randomUUID();
  private final MemoryBlockStore store = MemoryBlockStore.named(name);

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
  }

  @Test
  void filesHaveTheRootsAndNodesOfTheReference() throws Exception {
    for (JsonNode vector : vectors("files")) {
      long size = vector.get("size").asLong();
      List<String> nodes = new ArrayList<>();
      int[] count = new int[1];
      Cid root =
          UnixFs.file(
              new Formula(size),
              block -> {
                count[0]++;
                if (block.cid().codec() == Cid.DAG_PB) {
                  nodes.add(block.cid() + " " + block.bytes().hex());
                }
              });
      assertThat(root.toString())
          .as("file of %d bytes", size)
          .isEqualTo(vector.get("cid").asText());
      assertThat(count[0])
          .as("blocks of %d bytes", size)
          .isEqualTo(vector.get("blockCount").asInt());
      for (JsonNode node : vector.get("nodes")) {
        assertThat(nodes).contains(node.get("cid").asText() + " " + node.get("bytes").asText());
      }
    }
  }

  @Test
  void aFileIsReadBack() throws Exception {
    for (int size : new int[] {0, 1, UnixFs.CHUNK, UnixFs.CHUNK + 1, 3 * UnixFs.CHUNK + 17}) {
      Cid root = stored("size-" + size, size);
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      UnixFs.cat(root, store, read);
      assertThat(read.toByteArray()).isEqualTo(new Formula(size).readAllBytes());
    }
  }

  @Test
  void aStreamThatGivesLittleAtATimeIsTheSameFile() throws Exception {
    InputStream slow =
        new Formula(UnixFs.CHUNK + 5) {
          @Override
          public int read(byte[] bytes, int offset, int length) {
            return super.read(bytes, offset, Math.min(length, 1000));
          }
        };
    assertThat(UnixFs.file(slow, UnixFs.Sink.NONE))
        .isEqualTo(UnixFs.file(new Formula(UnixFs.CHUNK + 5), UnixFs.Sink.NONE));
  }

  @Test
  void theRootComesLastAndLinksToAllOthers() throws Exception {
    List<Block> blocks = new ArrayList<>();
    Cid root = UnixFs.file(new Formula(2 * UnixFs.CHUNK), blocks::add);
    assertThat(blocks.get(2).cid()).isEqualTo(root);
    assertThat(UnixFs.links(blocks.get(2)))
        .containsExactly(blocks.get(0).cid(), blocks.get(1).cid());
    assertThat(UnixFs.links(blocks.get(0))).isEmpty();
  }

  @Test
  void aMissingPartIsNamed() throws Exception {
    List<Block> blocks = new ArrayList<>();
    Cid root = UnixFs.file(new Formula(2 * UnixFs.CHUNK), blocks::add);
    put("partial", blocks.get(0), blocks.get(2));
    assertThatIOException()
        .isThrownBy(() -> UnixFs.cat(root, store, new ByteArrayOutputStream()))
        .withMessage(
            "Cannot read " + blocks.get(1).cid() + ": memory " + name + " does not have it");
  }

  @Test
  void aFileThatLiesAboutItsSizeIsRefused() throws Exception {
    Block leaf = Block.of(Cid.RAW, Bytes.utf8("five!"));
    Block part = file(List.of(6L), 6, leaf);
    Block whole =
        new DagPb(
                List.of(DagPb.Link.of(leaf.cid(), Bytes.EMPTY, 5)),
                Optional.of(
                    new UnixFsNode(
                            UnixFsNode.Type.FILE, Optional.empty(), OptionalLong.of(7), List.of(5L))
                        .encode()))
            .block();
    Block parts = file(List.of(), 0, leaf);
    put("lies", leaf, part, whole, parts);
    assertUnreadable(part, "Cannot read " + leaf.cid() + ": expected 6 bytes of file, found 5");
    assertUnreadable(whole, "Cannot read " + whole.cid() + ": expected 7 bytes of file, found 5");
    assertUnreadable(
        parts, "Cannot read " + parts.cid() + ": expected the sizes of 1 parts, found 0");
  }

  @Test
  void whatIsNoFileIsNamed() throws Exception {
    Block directory = new DagPb(List.of(), Optional.of(UnixFsNode.directory().encode())).block();
    Block document = Block.of(Cid.DAG_CBOR, Bytes.fromHex("a0"));
    Block bare = new DagPb(List.of(), Optional.empty()).block();
    put("others", directory, document, bare);
    assertUnreadable(
        directory, "Cannot read " + directory.cid() + ": expected a file, found a directory");
    assertUnreadable(
        document,
        "Cannot read "
            + document.cid()
            + ": expected a file or directory (raw or dag-pb), found codec 0x71");
    assertUnreadable(bare, "Cannot read " + bare.cid() + ": it is dag-pb, but not UnixFS");
  }

  @Test
  void leavesOfOtherProfilesAreReadToo() throws Exception {
    // What Kubo's default writes: the bytes inside a dag-pb node of type file.
    Block leaf = Block.of(Cid.DAG_PB, Bytes.fromHex("0a0b08021205776f726c641805"));
    put("inline", leaf);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    UnixFs.cat(leaf.cid(), store, out);
    assertThat(out.toString(java.nio.charset.StandardCharsets.UTF_8)).isEqualTo("world");
  }

  @Test
  void everyNodeOfTheReferenceEncodesToItself() throws Exception {
    for (String kind : List.of("files", "directories")) {
      for (JsonNode vector : vectors(kind)) {
        for (JsonNode node : vector.get("nodes")) {
          Bytes bytes = Bytes.fromHex(node.get("bytes").asText());
          DagPb decoded = DagPb.decode(bytes);
          assertThat(decoded.encode()).isEqualTo(bytes);
          Bytes data = decoded.data().orElseThrow();
          assertThat(UnixFsNode.decode(data).encode()).isEqualTo(data);
        }
      }
    }
  }

  @Test
  void otherEncodingsOfANodeAreRefused() throws Exception {
    String cid = "0a24" + Cid.sha256(Cid.RAW, Bytes.EMPTY).bytes().hex();
    assertNotDagPb("0a0208011226" + cid, "found tag 0x12"); // data before links
    assertNotDagPb("1228" + "1200" + cid, "expected a CID first"); // fields of a link out of order
    assertNotDagPb("0a8200" + "0801", "shortest form");
    assertNotDagPb("0a03" + "0801", "expected 3 bytes, found the end after 2");
    assertNotDagPb("0a020801" + "0a020801", "found tag 0x0a"); // data twice
    assertNotDagPb(
        "1229" + cid + "120162" + "1229" + cid + "120161", "in the order of their names");
    assertNotDagPb("1a00", "found tag 0x1a");
    assertNotDagPb("1202" + "0a00", "Invalid CID");
  }

  @Test
  void entriesOfADirectoryAreListed() throws Exception {
    Block leaf = Block.of(Cid.RAW, Bytes.EMPTY);
    DagPb.Link a = DagPb.Link.of(leaf.cid(), Bytes.utf8("a"), 0);
    Optional<Bytes> directory = Optional.of(UnixFsNode.directory().encode());
    assertThat(UnixFs.entries(new DagPb(List.of(a), directory).block()))
        .containsOnlyKeys("a")
        .containsValue(leaf.cid());
    Block twice = new DagPb(List.of(a, a), directory).block();
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> UnixFs.entries(twice))
        .withMessage("Cannot list " + twice.cid() + ": it has two entries named \"a\"");
    Block file = file(List.of(0L), 0, leaf);
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> UnixFs.entries(file))
        .withMessage("Cannot list " + file.cid() + ": expected a directory, found a file");
  }

  private static void assertNotDagPb(String hex, String message) {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> DagPb.decode(Bytes.fromHex(hex)))
        .withMessageContaining(message);
  }

  private void assertUnreadable(Block block, String message) {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> UnixFs.cat(block.cid(), store, new ByteArrayOutputStream()))
        .withMessage(message);
  }

  private static Block file(List<Long> parts, long linkSize, Block part) {
    return new DagPb(
            List.of(DagPb.Link.of(part.cid(), Bytes.EMPTY, linkSize)),
            Optional.of(UnixFsNode.file(parts).encode()))
        .block();
  }

  private Cid stored(String segment, int size) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Cid root = UnixFs.file(new Formula(size), blocks::add);
    put(segment, blocks.toArray(Block[]::new));
    return root;
  }

  private void put(String segment, Block... blocks) throws IOException {
    try (SegmentWriter writer = store.newSegment(segment)) {
      for (Block block : blocks) {
        writer.append(block);
      }
      writer.seal();
    }
    store.commit(segment);
  }

  static JsonNode vectors(String kind) throws IOException {
    try (InputStream in = UnixFsTest.class.getResourceAsStream("/vectors/unixfs.json")) {
      JsonNode vectors = new ObjectMapper().readTree(in).get(kind);
      assertThat(vectors).isNotEmpty();
      return vectors;
    }
  }

  /** A file of any size; every chunk of it differs from every other. */
  static class Formula extends InputStream {
    private final long size;
    private long at;

    Formula(long size) {
      this.size = size;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (at == size) {
        return -1;
      }
      int count = (int) Math.min(length, size - at);
      int first = (int) at;
      for (int n = 0; n < count; n++) {
        int i = first + n;
        bytes[offset + n] = (byte) (31 * i + (i >> 8) * (1 + (i >> 20)) + (i >> 28));
      }
      at += count;
      return count;
    }
  }
}
