package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Bytes;
import org.junit.jupiter.api.Test;

class NodeKeyTest {
  private static final Bytes MESSAGE = Bytes.utf8("a manifest");

  @Test
  void aSignatureHoldsForItsMessageAndKeyOnly() {
    NodeKey key = NodeKey.generate();
    Bytes signature = key.sign(MESSAGE);
    assertThat(NodeKey.verify(key.did(), MESSAGE, signature)).isTrue();
    assertThat(NodeKey.verify(key.did(), Bytes.utf8("another"), signature)).isFalse();
    assertThat(NodeKey.verify(NodeKey.generate().did(), MESSAGE, signature)).isFalse();
    assertThat(NodeKey.verify(key.did(), MESSAGE, signature.slice(0, 63))).isFalse();
  }

  @Test
  void theNameIsADidKeyOfEd25519() {
    assertThat(NodeKey.generate().did()).matches("did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}");
  }
}
