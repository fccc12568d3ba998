package dev.cats.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.lot.Golden;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.junit.jupiter.api.Test;

class CommitmentTest {
  private static final Commitment COMMITMENT =
      new Commitment(
          "5d0b1c9e-run",
          17,
          List.of("step-0-ab-0", "step-1-cd-4"),
          List.of(
              Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("a")), Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("b"))),
          3,
          true);

  @Test
  void commitmentsKeepTheirForm() throws IOException {
    Commitment.Serializer serializer = new Commitment.Serializer();
    assertThat(serializer.getVersion()).isEqualTo(2);
    Golden.check(2, "commitment", serializer.serialize(COMMITMENT));
    assertThat(serializer.deserialize(2, Golden.line(2, "commitment", 0))).isEqualTo(COMMITMENT);
  }

  @Test
  void commitmentsOfVersion1AreReadAsNotTheLast() throws IOException {
    Commitment read = new Commitment.Serializer().deserialize(1, Golden.line("commitment", 0));
    assertThat(read)
        .isEqualTo(
            new Commitment(
                COMMITMENT.run(),
                COMMITMENT.checkpoint(),
                COMMITMENT.segments(),
                COMMITMENT.boms(),
                COMMITMENT.rejected(),
                false));
  }

  @Test
  void runsKeepTheirForm() throws IOException {
    SimpleVersionedSerializer<String> serializer =
        new EgressSink("i", "memory:x", null, null, null, new Prelude(List.of(), List.of()))
            .getWriterStateSerializer();
    assertThat(serializer.getVersion()).isEqualTo(1);
    Golden.check("run", serializer.serialize("5d0b1c9e-run"));
    assertThat(serializer.deserialize(1, Golden.line("run", 0))).isEqualTo("5d0b1c9e-run");
    assertThatThrownBy(() -> serializer.deserialize(2, new byte[0]))
        .hasMessage("Cannot restore a run: expected version 1 of its format, found 2");
  }

  @Test
  void whatIsNoCommitmentIsRefused() {
    Commitment.Serializer serializer = new Commitment.Serializer();
    assertThatThrownBy(() -> serializer.deserialize(3, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessage("Cannot restore a commitment: expected version 1 or 2 of its format, found 3");
    byte[] bytes = serializer.serialize(COMMITMENT);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> serializer.deserialize(2, cut))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("Cannot restore a commitment: ");
    }
    byte[] emptyList = {(byte) 0x80};
    assertThatThrownBy(() -> serializer.deserialize(2, emptyList))
        .isInstanceOf(IOException.class)
        .hasMessage("Cannot restore a commitment: expected 6 fields, found 0");
  }
}
