package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeKeyTest {
  private static final Bytes MESSAGE = Bytes.utf8("a manifest");

  /** RFC 8032, section 7.1, TEST 1; the name is from the test vectors of the did:key method. */
  @Test
  void agreesWithTheRfc() {
    Bytes signature =
        Bytes.fromHex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
                + "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    assertThat(Samples.KEY.sign(Bytes.EMPTY)).isEqualTo(signature);
    assertThat(Samples.KEY.did())
        .isEqualTo("did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw");
  }

  @Test
  void aSignatureHoldsForItsMessageAndKeyOnly() {
    NodeKey key = NodeKey.generate();
    Bytes signature = key.sign(MESSAGE);
    assertThat(NodeKey.verify(key.did(), MESSAGE, signature)).isTrue();
    assertThat(NodeKey.verify(key.did(), Bytes.utf8("another"), signature)).isFalse();
    assertThat(NodeKey.verify(NodeKey.generate().did(), MESSAGE, signature)).isFalse();
    assertThat(NodeKey.verify(key.did(), MESSAGE, signature.slice(0, 63))).isFalse();
    assertThat(NodeKey.verify(key.did(), MESSAGE, Bytes.wrap(new byte[64]))).isFalse();
  }

  @Test
  void theNameIsADidKeyOfEd25519() {
    assertThat(NodeKey.generate().did()).matches("did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "did:web:example.org",
        "did:key:z",
        "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMs",
        "did:key:z0OIl",
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"
      })
  void otherNamesAreRefused(String did) {
    assertThatThrownBy(() -> NodeKey.verify(did, MESSAGE, Bytes.EMPTY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid did: expected an Ed25519 did:key (did:key:z6Mk…), found \"" + did + "\"");
  }
}
