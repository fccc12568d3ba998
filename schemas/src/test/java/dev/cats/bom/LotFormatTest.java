package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LotFormatTest {
  private static final LotFormat FORMAT = LotFormat.of(Samples.SCHEMA);

  @Test
  void avroReadsALot() throws IOException {
    try (DataFileStream<GenericRecord> file =
        new DataFileStream<>(
            new ByteArrayInputStream(Samples.LOT.bytes().toArray()), new GenericDatumReader<>())) {
      assertThat(file.getSchema()).isEqualTo(Samples.SCHEMA);
      assertThat(file.getMetaKeys()).containsExactly("avro.codec", "avro.schema");
      assertThat(file.getMetaString("avro.codec")).isEqualTo("null");
      List<String> ids = new ArrayList<>();
      file.forEach(quake -> ids.add(quake.get("id").toString()));
      assertThat(ids).containsExactly("us1", "us2", "us3");
    }
  }

  @Test
  void theSyncMarkerIsOfTheSchema() throws Exception {
    byte[] text = Samples.SCHEMA.toString().getBytes(StandardCharsets.UTF_8);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
    assertThat(FORMAT.sync()).isEqualTo(Arrays.copyOf(hash, 16));
  }

  @Test
  void equalRecordsGiveEqualLots() {
    assertThat(Samples.lot(Samples.quake("a", 1.0)).cid())
        .isEqualTo(Samples.lot(Samples.quake("a", 1.0)).cid())
        .isNotEqualTo(Samples.lot(Samples.quake("a", 1.5)).cid());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 8191, 8192, 1 << 20, Integer.MAX_VALUE})
  void aPrefixWrittenBackwardsIsTheOneWrittenForwards(int number) throws Exception {
    byte[] buffer = new byte[FORMAT.headRoom() + 3];
    int dataOffset = FORMAT.headRoom();
    FORMAT.writePrefix(buffer, dataOffset, number, number);
    int from = dataOffset - FORMAT.prefixLength(number, number);
    Bytes written = Bytes.copyOf(buffer, from, dataOffset - from);
    assertThat(written.slice(0, FORMAT.header().length)).isEqualTo(Bytes.wrap(FORMAT.header()));
    AvroScan scan = new AvroScan(written, FORMAT.header().length, written.size());
    assertThat(scan.varint()).isEqualTo(number);
    assertThat(scan.varint()).isEqualTo(number);
    assertThat(scan.remaining()).isZero();
    assertThat(FORMAT.prefixLength(number, number)).isLessThanOrEqualTo(FORMAT.headRoom());
  }

  @Test
  void aLotIsItsPrefixItsDataAndItsSync() {
    Bytes data = Samples.encode(Samples.SCHEMA, List.of(Samples.quake("x", 2.0)));
    byte[] buffer = new byte[FORMAT.headRoom() + data.size() + 16];
    System.arraycopy(data.toArray(), 0, buffer, FORMAT.headRoom(), data.size());
    FORMAT.writePrefix(buffer, FORMAT.headRoom(), 1, data.size());
    FORMAT.writeSync(buffer, FORMAT.headRoom() + data.size());
    int from = FORMAT.headRoom() - FORMAT.prefixLength(1, data.size());
    assertThat(Bytes.copyOf(buffer, from, FORMAT.length(1, data.size())))
        .isEqualTo(FORMAT.lot(1, data));
  }

  @Test
  void aLotWithoutRecordsIsRefused() {
    assertThatThrownBy(() -> FORMAT.lot(0, Bytes.EMPTY))
        .hasMessage("Invalid lot: expected at least one record, found 0 in 0 bytes");
  }
}
