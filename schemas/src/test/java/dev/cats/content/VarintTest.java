package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VarintTest {

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "127, 7f",
    "128, 8001",
    "255, ff01",
    "300, ac02",
    "16384, 808001",
    "9223372036854775807, ffffffffffffffff7f"
  })
  void writesTheShortestForm(long value, String hex) throws Exception {
    byte[] buffer = new byte[Varint.MAX_SIZE];
    int end = Varint.write(value, buffer, 0);
    assertThat(Bytes.copyOf(buffer, 0, end).hex()).isEqualTo(hex);
    assertThat(Varint.size(value)).isEqualTo(end);
    assertThat(Varint.read(buffer, 0, end)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "80|expected another byte, found the end",
        "8000|expected the shortest form of 0, found a longer one",
        "ff00|expected the shortest form of 127, found a longer one",
        "ffffffffffffffffff01|expected at most 9 bytes, found more",
      })
  void refusesEverythingElse(String hex, String why) {
    byte[] bytes = Bytes.fromHex(hex).toArray();
    assertThatThrownBy(() -> Varint.read(bytes, 0, bytes.length))
        .isInstanceOf(DecodeException.class)
        .hasMessage("Invalid varint: " + why);
  }

  @Property
  void everyNumberReadsBack(@ForAll @LongRange(min = 0) long value) throws Exception {
    byte[] buffer = new byte[Varint.MAX_SIZE + 1];
    int end = Varint.write(value, buffer, 1);
    assertThat(Varint.read(buffer, 1, end)).isEqualTo(value);
    assertThat(end - 1).isEqualTo(Varint.size(value));
  }
}
