package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** CIDs against those of the JavaScript reference implementation. */
class CidVectorsTest {

  @Test
  void everyFormEqualsTheReference() throws Exception {
    JsonNode samples = Vectors.read("cids.json");
    assertThat(samples).hasSizeGreaterThanOrEqualTo(7);
    for (JsonNode sample : samples) {
      Bytes bytes = Bytes.fromHex(sample.get("bytes").asText());
      assertThat(sample.get("cids")).hasSize(4);
      for (JsonNode expected : sample.get("cids")) {
        Cid cid = Cid.sha256(expected.get("codec").asInt(), bytes);
        String text = expected.get("cid").asText();
        assertThat(cid.toString()).isEqualTo(text);
        assertThat(cid.bytes().hex()).isEqualTo(expected.get("binary").asText());
        assertThat("z" + Multibase.base58(cid.bytes()))
            .isEqualTo(expected.get("base58btc").asText());
        for (String form : new String[] {"cid", "base16", "base32upper", "base58btc"}) {
          assertThat(Cid.parse(expected.get(form).asText())).as(form).isEqualTo(cid);
        }
        assertThat(Block.check(Cid.parse(text), bytes).bytes()).isEqualTo(bytes);
      }
      Cid v0 = Cid.parse(sample.get("v0").get("cid").asText());
      assertThat(v0.bytes().hex()).isEqualTo(sample.get("v0").get("binary").asText());
      assertThat(v0.toString()).isEqualTo(sample.get("v0").get("cid").asText());
      assertThat(Block.check(v0, bytes).cid()).isEqualTo(v0);
    }
  }
}
