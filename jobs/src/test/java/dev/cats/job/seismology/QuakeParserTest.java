package dev.cats.job.seismology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuakeParserTest {
  private static final String WHOLE =
      "{\"type\":\"Feature\",\"properties\":{\"mag\":1.70,\"place\":\"4km W of Castaic, CA\",\"time\":1517966773840,"
          + "\"felt\":null,\"net\":\"ci\",\"magType\":\"ml\",\"type\":\"earthquake\"},\"geometry\":"
          + "{\"type\":\"Point\",\"coordinates\":[-118.6671667,34.4945,26.49]},\"id\":\"ci37868143\"}";

  @Test
  void aFeatureBecomesAQuake() throws NotAQuake {
    assertThat(QuakeParser.parse(WHOLE))
        .isEqualTo(
            Quake.newBuilder()
                .setId("ci37868143")
                .setNetwork("ci")
                .setTime(Instant.parse("2018-02-07T01:26:13.840Z"))
                .setKind("earthquake")
                .setMagnitude(1.7)
                .setMagnitudeText("1.70")
                .setMagnitudeType("ml")
                .setLongitude(-118.6671667)
                .setLatitude(34.4945)
                .setDepth(26.49)
                .setPlace("4km W of Castaic, CA")
                .build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "-0.34", "2.0499999999999998", "1.70", "-0", "1E-2", "12", "-10.0"})
  void theMagnitudeIsKeptAsWritten(String written) throws NotAQuake {
    Quake quake = QuakeParser.parse(with("1.70", written));
    assertThat(quake.getMagnitudeText()).isEqualTo(written);
    assertThat(quake.getMagnitude()).isEqualTo(Double.parseDouble(written));
  }

  @Test
  void whatTheQuakeCanDoWithoutMayBeMissing() throws NotAQuake {
    Quake quake =
        QuakeParser.parse(
            with(",26.49", ",null")
                .replace("\"ml\"", "null")
                .replace("\"4km W of Castaic, CA\"", "null"));
    assertThat(quake.getDepth()).isNull();
    assertThat(quake.getMagnitudeType()).isNull();
    assertThat(quake.getPlace()).isNull();
    assertThat(QuakeParser.parse(with(",26.49", "")).getDepth()).isNull();
    assertThat(QuakeParser.parse(with("\"magType\":\"ml\",", "")).getMagnitudeType()).isNull();
  }

  @Test
  void whatIsNotUsedMayBeAnything() throws NotAQuake {
    String more = "\"x\":{\"mag\":[{}],\"id\":7},\"x\":[\"net\"],";
    assertThat(
            QuakeParser.parse(
                WHOLE
                    .replace("\"felt\":null,", more)
                    .replace("\"id\"", more + "\"id\"")
                    .replace("\"coordinates\"", more + "\"coordinates\"")))
        .isEqualTo(QuakeParser.parse(WHOLE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"id\":\"ci37868143\" | \"n\":1 | missing-id | property id is not there",
        "\"id\":\"ci37868143\" | \"id\":7 | invalid-id | property id: expected text, found 7",
        "\"ci\" | null | missing-network | property net is null",
        "\"ci\" | \" \" | invalid-network | property net: expected text, found \" \"",
        "\"earthquake\" | null | missing-kind | property type is null",
        "\"earthquake\" | {} | invalid-kind | property type: expected text, found an object",
        "\"time\" | \"tim\" | missing-time | property time is not there",
        "1517966773840 | \"2018\" | invalid-time | property time: expected whole milliseconds since 1970 in the years 1 to 9999, found \"2018\"",
        "1517966773840 | 1.5e12 | invalid-time | property time: expected whole milliseconds since 1970 in the years 1 to 9999, found 1.5e12",
        "1517966773840 | 253402300800000 | invalid-time | property time: expected whole milliseconds since 1970 in the years 1 to 9999, found 253402300800000",
        "1517966773840 | 99999999999999999999 | invalid-time | property time: expected whole milliseconds since 1970 in the years 1 to 9999, found 99999999999999999999",
        "1.70 | null | missing-magnitude | property mag is null",
        "\"mag\" | \"magnitude\" | missing-magnitude | property mag is not there",
        "1.70 | \"1.70\" | invalid-magnitude | property mag: expected a number from -10 to 12, found \"1.70\"",
        "1.70 | [1.70] | invalid-magnitude | property mag: expected a number from -10 to 12, found an array",
        "1.70 | true | invalid-magnitude | property mag: expected a number from -10 to 12, found true",
        "1.70 | 12.01 | invalid-magnitude | property mag: expected a number from -10 to 12, found 12.01",
        "1.70 | 1e400 | invalid-magnitude | property mag: expected a number from -10 to 12 with at most 40 decimal places, found 1e400",
        "1.70 | 1e-999999999 | invalid-magnitude | property mag: expected a number from -10 to 12 with at most 40 decimal places, found 1e-999999999",
        "1.70 | 1e99999999999 | invalid-magnitude | property mag: expected a number from -10 to 12, found 1e99999999999",
        "\"geometry\" | \"geo\" | missing-location | property geometry is not there",
        "{\"type\":\"Point\",\"coordinates\":[-118.6671667,34.4945,26.49]} | null | missing-location | property geometry is null",
        "{\"type\":\"Point\",\"coordinates\":[-118.6671667,34.4945,26.49]} | [1,2] | invalid-location | property geometry: expected a GeoJSON Point, found an array",
        "\"Point\" | \"Polygon\" | invalid-location | property type of the geometry: expected \"Point\", found \"Polygon\"",
        "[-118.6671667,34.4945,26.49] | null | missing-location | property coordinates is null",
        "[-118.6671667,34.4945,26.49] | 7 | invalid-location | property coordinates: expected longitude, latitude and perhaps depth, found no array",
        ",34.4945,26.49 | `` | invalid-location | property coordinates: expected longitude, latitude and perhaps depth, found 1 of them",
        ",26.49 | ,1,2,3 | invalid-location | property coordinates: expected longitude, latitude and perhaps depth, found 5 of them",
        "-118.6671667 | -180.1 | invalid-location | property longitude: expected a number from -180 to 180, found -180.1",
        "34.4945 | 90.5 | invalid-location | property latitude: expected a number from -90 to 90, found 90.5",
        "34.4945 | null | invalid-location | property latitude: expected a number from -90 to 90, found null",
        "26.49 | \"deep\" | invalid-location | property depth: expected a number from -100 to 1000, found \"deep\"",
        "26.49 | 6371 | invalid-location | property depth: expected a number from -100 to 1000, found 6371",
        "\"Feature\" | \"Topology\" | malformed | property type of the feature: expected \"Feature\", found \"Topology\"",
        "\"properties\" | \"p\" | malformed | property properties: expected an object, found nothing",
        "\"ml\" | 3 | malformed | property magType: expected text or null, found 3",
        "\"mag\" | \"mag\":9,\"mag\" | malformed | property mag is given twice",
        "Castaic | \\ud83c | malformed | property place holds half a surrogate pair",
      })
  void aBrokenRuleIsNamedWithTheValue(String part, String instead, String rule, String reason) {
    refuses(with(part, instead), rule, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | expected a GeoJSON feature, found nothing",
        "null | property feature: expected an object, found null",
        "[{}] | property feature: expected an object, found an array",
        "{} | property type of the feature: expected \"Feature\", found nothing",
      })
  void whatIsNoObjectIsMalformed(String text, String reason) {
    refuses(text, "malformed", reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "}", "{}", ",", "1", "null", "\"a\""})
  void nothingMayFollowTheFeature(String more) {
    refusesAsMalformed(WHOLE + more);
    assertThatExceptionOfType(NotAQuake.class)
        .isThrownBy(() -> QuakeParser.parse(WHOLE + " " + more));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "+1", "01", "1.", ".5", "0x1", "'1'", "1 /* one */"})
  void whatOnlyLooksLikeJsonIsMalformed(String number) {
    refusesAsMalformed(with("1.70", number));
  }

  @Test
  void aReasonSaysWhereTheJsonBreaksOnOneLine() {
    NotAQuake refusal = refusal("{\"type\":\"Feature\",\n\"properties\":}");
    assertThat(refusal.rule()).isEqualTo("malformed");
    assertThat(refusal)
        .hasMessageStartingWith("not JSON at character 32: Unexpected character ('}'");
    assertThat(refusal.getMessage()).doesNotContain("\n");
  }

  @Test
  void aReasonQuotesOnlyTheStartOfALongValue() {
    refuses(
        with("1.70", "\"" + "m".repeat(100) + "\""),
        "invalid-magnitude",
        "property mag: expected a number from -10 to 12, found \"" + "m".repeat(60) + "…\"");
  }

  @Test
  void aNestingBombIsMalformed() {
    refusesAsMalformed(with("null", "[".repeat(5000) + "]".repeat(5000)));
  }

  @Property(tries = 500)
  void aCutFeatureIsMalformed(@ForAll @IntRange(min = 0, max = 300) int length) {
    refusesAsMalformed(WHOLE.substring(0, Math.min(length, WHOLE.length() - 1)));
  }

  /** Whatever one byte is changed to, the result is a quake or a refusal, never another failure. */
  @Property(tries = 1000)
  void aDamagedFeatureIsAQuakeOrRefused(
      @ForAll @IntRange(min = 0, max = 260) int where, @ForAll char c) {
    char[] damaged = WHOLE.toCharArray();
    damaged[Math.min(where, damaged.length - 1)] = c;
    try {
      Quake quake = QuakeParser.parse(new String(damaged));
      assertThat(GutenbergRichter.tenths(quake.getMagnitudeText())).isBetween(-100, 120);
    } catch (NotAQuake e) {
      assertThat(e.rule()).matches("malformed|(missing|invalid)-[a-z]+");
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static String with(String part, String instead) {
    assertThat(WHOLE).contains(part);
    return WHOLE.replace(part, instead == null ? "" : instead);
  }

  private static void refusesAsMalformed(String text) {
    assertThat(refusal(text).rule()).isEqualTo("malformed");
  }

  private static void refuses(String text, String rule, String reason) {
    NotAQuake refusal = refusal(text);
    assertThat(Arrays.asList(refusal.rule(), refusal.getMessage())).containsExactly(rule, reason);
  }

  private static NotAQuake refusal(String text) {
    NotAQuake refusal = catchThrowableOfType(NotAQuake.class, () -> QuakeParser.parse(text));
    assertThat(refusal).as(text).isNotNull();
    return refusal;
  }
}
