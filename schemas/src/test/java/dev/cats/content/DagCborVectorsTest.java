package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The public vectors of dag-cbor, which stand beside the checkout and are not part of it. */
class DagCborVectorsTest {

  @Test
  void everyFixtureDecodesAndEncodesToTheCidInItsName() throws Exception {
    List<Path> fixtures = files("dag-cbor", ".dag-cbor");
    assertThat(fixtures).hasSizeGreaterThanOrEqualTo(128);
    for (Path fixture : fixtures) {
      String name = fixture.getFileName().toString();
      Bytes bytes = Bytes.wrap(Files.readAllBytes(fixture));
      Node node = DagCbor.decode(bytes);
      assertThat(DagCbor.encode(node)).as(name).isEqualTo(bytes);
      assertThat(DagCbor.block(node).cid().toString())
          .as(name)
          .isEqualTo(name.substring(name.lastIndexOf("--") + 2, name.lastIndexOf('.')));
      assertThat(DagJson.encode(node)).as(name).isNotEmpty();
    }
  }

  @Test
  void everyInvalidFixtureIsRefused() throws Exception {
    List<Path> fixtures = files("dag-cbor-invalid", ".json");
    assertThat(fixtures).isNotEmpty();
    int refused = 0;
    for (Path fixture : fixtures) {
      for (JsonNode broken : new ObjectMapper().readTree(fixture.toFile())) {
        Bytes bytes = Bytes.fromHex(broken.get("hex").asText());
        assertThatThrownBy(() -> DagCbor.decode(bytes))
            .as(fixture.getFileName() + " " + bytes.hex())
            .isInstanceOf(DecodeException.class)
            .hasMessageStartingWith("Invalid dag-cbor at byte ");
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  private static List<Path> files(String folder, String ending) throws IOException {
    Path path = Path.of(System.getProperty("cats.root"), "..", "shared", "vectors", folder);
    if (!Files.isDirectory(path)) {
      assertThat(path.getParent().getParent()).as("a shared folder without vectors").doesNotExist();
      Assumptions.abort("Skipped: the public vectors are not beside the checkout, in " + path);
    }
    try (Stream<Path> all = Files.list(path)) {
      return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }
}
