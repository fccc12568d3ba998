package dev.cats.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFieldsTest {
  private static final Set<String> WANTED = Set.of("id", "properties.net", "properties.time");

  @Test
  void fieldsAreFoundWhereTheyAreNested() throws Malformed {
    String text =
        """
        {"properties":{"deep":{"net":"no"},"net":"ci","time":1517443200000,"more":[1,{"id":2}]},
         "net":"no","id":"ci1","geometry":{"id":"no"}}
        """;
    assertThat(JsonFields.of(text, WANTED))
        .isEqualTo(Map.of("id", "ci1", "properties.net", "ci", "properties.time", "1517443200000"));
  }

  @Test
  void whatIsMissingOrNullIsNotThere() throws Malformed {
    assertThat(JsonFields.of("{\"id\":null,\"properties\":[]}", WANTED)).isEmpty();
    assertThat(JsonFields.of("{}", Set.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''| expected a JSON object, found nothing",
        "[1]| expected a JSON object, found an array",
        "\"x\"| expected a JSON object, found text",
        "7| expected a JSON object, found a number",
        "true| expected a JSON object, found true",
        "{} {}| expected nothing after the JSON object, found an object at column 4",
        "{\"id\":[1]}| field id: expected text or a number, found an array",
        "{\"id\":true}| field id: expected text or a number, found true",
      })
  void whatIsNoObjectIsRefused(String text, String fault) {
    assertThatExceptionOfType(Malformed.class)
        .isThrownBy(() -> JsonFields.of(text, WANTED))
        .withMessage(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\":1, what| no JSON: Unexpected character ('w' (code 119))",
        "{\"a\":{\"b\":1}| no JSON: Unexpected end-of-input",
        "not JSON| no JSON: Unrecognized token 'not'",
      })
  void whatIsNoJsonIsRefusedWithTheColumn(String text, String fault) {
    assertThatExceptionOfType(Malformed.class)
        .isThrownBy(() -> JsonFields.of(text, WANTED))
        .withMessageStartingWith(fault)
        .withMessageMatching("(?s).* at column \\d+");
  }
}
