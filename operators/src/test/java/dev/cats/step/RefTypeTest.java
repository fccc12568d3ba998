package dev.cats.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.lot.Golden;
import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.junit.jupiter.api.Test;

class RefTypeTest {
  private static final Ref REF = new Ref(Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("bom")), 70_000);

  @Test
  void originsCanBeKeptInStateWithKryoOff() throws IOException {
    Configuration kryoOff = new Configuration();
    kryoOff.set(PipelineOptions.GENERIC_TYPES, false);
    var serializer =
        TypeInformation.of(Ref.class).createSerializer(new SerializerConfigImpl(kryoOff));
    assertThat(Golden.check("ref", serializer, REF)).isEqualTo(REF);
  }

  @Test
  void namesABomAndAnIndexFromZero() {
    assertThatThrownBy(() -> new Ref(Cid.sha256(Cid.RAW, Bytes.EMPTY), 0))
        .hasMessage(
            "Invalid BOM: expected a CIDv1 of codec dag-cbor and hash sha2-256, found"
                + " bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
    assertThatThrownBy(() -> new Ref(REF.bom(), -1))
        .hasMessage("Invalid record index: expected 0 or more, found -1");
  }
}
