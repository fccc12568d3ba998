package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real directories as blocks, against those of the reference implementation. */
class UnixFsIT {
  @TempDir Path folder;

  @Test
  void directoriesHaveTheRootsAndNodesOfTheReference() throws Exception {
    for (JsonNode vector : UnixFsTest.vectors("directories")) {
      String name = vector.get("name").asText();
      Path root = Files.createDirectory(folder.resolve(name));
      for (JsonNode entry : vector.get("entries")) {
        make(root.resolve(entry.get("path").asText()), entry);
      }
      Map<String, String> blocks = new HashMap<>();
      Cid cid = UnixFs.path(root, block -> blocks.put(block.cid().toString(), block.bytes().hex()));

      assertThat(cid.toString()).as(name).isEqualTo(vector.get("cid").asText());
      for (JsonNode node : vector.get("nodes")) {
        assertThat(blocks)
            .as(name)
            .containsEntry(node.get("cid").asText(), node.get("bytes").asText());
      }
    }
  }

  @Test
  void aFileByPathIsTheFileByStream() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "content");
    assertThat(UnixFs.path(file, UnixFs.Sink.NONE))
        .isEqualTo(Cid.sha256(Cid.RAW, Bytes.utf8("content")));
  }

  @Test
  void linksStayLinksBelowThePathAndAreFollowedAtIt() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("directory"));
    Files.writeString(folder.resolve("target"), "content");
    Files.createSymbolicLink(directory.resolve("link"), Path.of("../target"));
    Path alias = Files.createSymbolicLink(folder.resolve("alias"), directory);

    List<Block> blocks = new ArrayList<>();
    Cid root = UnixFs.path(directory, blocks::add);
    assertThat(blocks.get(0).bytes().hex())
        .isEqualTo("0a0d0804" + "1209" + Bytes.utf8("../target").hex());
    assertThat(UnixFs.entries(blocks.get(1))).containsEntry("link", blocks.get(0).cid()).hasSize(1);
    assertThat(UnixFs.path(alias, UnixFs.Sink.NONE)).isEqualTo(root);
    assertThat(
            UnixFs.path(
                Files.createSymbolicLink(folder.resolve("also"), folder.resolve("target")),
                UnixFs.Sink.NONE))
        .isEqualTo(Cid.sha256(Cid.RAW, Bytes.utf8("content")));
  }

  @Test
  void aDirectoryThatTheProfileWouldShardIsRefusedAtTheLimit() throws Exception {
    // A link takes 2 + 38 + 2 + 200 + 2 bytes with a name of 200, and the node's own data 4.
    Path directory = Files.createDirectory(folder.resolve("many"));
    int perLink = 3 + 38 + 3 + 200 + 2;
    int fits = (UnixFs.MAX_DIRECTORY - 4) / perLink;
    for (int i = 0; i < fits; i++) {
      Files.createFile(directory.resolve("%0200d".formatted(i)));
    }
    int[] size = new int[1];
    UnixFs.path(directory, block -> size[0] = block.bytes().size());
    assertThat(size[0]).isEqualTo(4 + fits * perLink).isLessThanOrEqualTo(UnixFs.MAX_DIRECTORY);

    Files.createFile(directory.resolve("%0200d".formatted(fits)));
    assertThatIOException()
        .isThrownBy(() -> UnixFs.path(directory, UnixFs.Sink.NONE))
        .withMessage(
            "Cannot address directory %s: its %d names take %d bytes, the limit is 262144. Put it into one archive file"
                .formatted(directory.toRealPath(), fits + 1, 4 + (fits + 1) * perLink));
  }

  private static void make(Path path, JsonNode entry) throws IOException {
    if (entry.has("text")) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, entry.get("text").asText());
    } else if (entry.has("size")) {
      try (InputStream content = new UnixFsTest.Formula(entry.get("size").asLong())) {
        Files.copy(content, path);
      }
    } else {
      Files.createDirectories(path);
    }
  }
}
