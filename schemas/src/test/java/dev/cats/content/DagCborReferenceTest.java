package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Documents against those of the JavaScript reference implementation: both codecs, both ways. */
class DagCborReferenceTest {

  @Test
  void everyDocumentEqualsTheReference() throws Exception {
    JsonNode samples = Vectors.read("dag-cbor.json");
    assertThat(samples).hasSizeGreaterThanOrEqualTo(20);
    for (JsonNode sample : samples) {
      String name = sample.get("name").asText();
      Bytes expected = Bytes.fromHex(sample.get("dagCbor").asText());
      Node decoded = DagCbor.decode(expected);
      assertThat(DagCbor.encode(decoded)).as(name).isEqualTo(expected);
      assertThat(DagCbor.block(decoded).cid().toString())
          .as(name)
          .isEqualTo(sample.get("cid").asText());
      if (sample.has("dagJson")) {
        String json = sample.get("dagJson").asText();
        assertThat(DagJson.encode(decoded)).as(name).isEqualTo(json);
        Node read = Vectors.fromDagJson(json);
        assertThat(read).as(name).isEqualTo(decoded);
        assertThat(DagCbor.encode(read)).as(name).isEqualTo(expected);
        assertThat(Vectors.fromDagJson(DagJson.pretty(decoded))).as(name).isEqualTo(decoded);
      }
    }
  }

  @Test
  void keysSortByUtf8WhereUtf16SortsOtherwise() throws Exception {
    Node map = Node.map().put("😀", Node.of(1)).put("ﬀa", Node.of(2)).put("ﬀ", Node.of(3)).build();
    for (JsonNode sample : Vectors.read("dag-cbor.json")) {
      if (!sample.has("dagJson")) {
        assertThat(DagCbor.encode(map).hex()).isEqualTo(sample.get("dagCbor").asText());
        assertThat(DagJson.encode(map)).isEqualTo("{\"ﬀ\":3,\"ﬀa\":2,\"😀\":1}");
        return;
      }
    }
    throw new AssertionError("Cannot find the vector of such keys");
  }
}
