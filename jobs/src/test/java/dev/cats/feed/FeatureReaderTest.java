package dev.cats.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.job.seismology.BundledFeed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureReaderTest {
  private static final String HEAD = "{\"type\":\"FeatureCollection\",\"features\":[";

  @Test
  void theBundledFeedIsReadWholeAndAsWritten() throws IOException {
    byte[] file;
    try (InputStream in = BundledFeed.open()) {
      file = in.readAllBytes();
    }
    List<String> features = BundledFeed.features();
    assertThat(features).hasSize(1707);
    String text = new String(file, UTF_8);
    int start = text.indexOf("\"features\":[") + 12;
    int end = text.lastIndexOf("],\"bbox\"");
    assertThat(String.join(",\n", features)).isEqualTo(text.substring(start, end));
  }

  @Test
  void whatStandsBetweenTheBracketsIsKeptToTheBlank() throws IOException {
    assertThat(collection(HEAD + " { \"a\" : [1,\n2 ] } ,\n\t{\"b\":\"}]\\\"{\"}\r\n] }\n"))
        .containsExactly("{ \"a\" : [1,\n2 ] }", "{\"b\":\"}]\\\"{\"}");
  }

  @Test
  void everyScriptIsReadAsWritten() throws IOException {
    assertThat(collection(HEAD + "{\"place\":\"Þorlákshöfn 東京 🌋\"},{\"ü\":1}]}"))
        .containsExactly("{\"place\":\"Þorlákshöfn 東京 🌋\"}", "{\"ü\":1}");
  }

  @Test
  void elementsThatAreNoFeaturesArePassedOn() throws IOException {
    assertThat(collection(HEAD + "null, 17,\"x,]\",[{}],{\"mag\":},{mag 2},true]}"))
        .containsExactly("null", "17", "\"x,]\"", "[{}]", "{\"mag\":}", "{mag 2}", "true");
  }

  @Test
  void membersMayComeInAnyOrder() throws IOException {
    assertThat(
            collection(
                "\ufeff{\"metadata\":{\"features\":[1,{}]},\"features\":[{\"a\":1}],\"type\" :"
                    + " \"FeatureCollection\",\"n\":-1.5e3}"))
        .containsExactly("{\"a\":1}");
  }

  @Test
  void aQuietHourHasNoFeatures() throws IOException {
    assertThat(collection(HEAD + "]}")).isEmpty();
  }

  @Test
  void linesArePassedOnWhateverTheyHold() throws IOException {
    String file = "\ufeff{\"a\":1}\r\n\n   \nnot JSON\n{\"é\":\n{\"b\":2}";
    assertThat(read("x.GeoJSONL", file))
        .containsExactly("{\"a\":1}", "not JSON", "{\"é\":", "{\"b\":2}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | it is empty. Expected a GeoJSON FeatureCollection",
        "` \n` | it is empty. Expected a GeoJSON FeatureCollection",
        "<html> | expected a GeoJSON FeatureCollection, which starts with '{', found '<' at byte 0",
        "[{}] | expected a GeoJSON FeatureCollection, which starts with '{', found '[' at byte 0",
        "{} | expected a GeoJSON FeatureCollection, found an empty object",
        "{\"a\":1} | expected a GeoJSON FeatureCollection, found an object without \"features\"",
        "{\"features\":[]} | expected a GeoJSON FeatureCollection, found an object without \"type\"",
        "{\"features\":{}} | expected a GeoJSON FeatureCollection, found \"features\" that is '{', not an array",
        "{\"type\":1} | expected a GeoJSON FeatureCollection, found a \"type\" that is no text",
        "{\"type\":\"Topology\"} | expected a GeoJSON FeatureCollection, found \"type\":\"Topology\"",
        "{\"type\":\"Feature\"} | expected a GeoJSON FeatureCollection, found \"type\":\"Feature\". A file with a feature per line is named .geojsonl",
        "{\"features\":[],\"type\":\"Feature\"} | expected a GeoJSON FeatureCollection, found \"type\":\"Feature\". A file with a feature per line is named .geojsonl",
        "{\"features\":[],\"features\":[]} | it has \"features\" twice, again at byte 26",
        "{\"a\":} | expected a value, found '}' at byte 5. Mend the file there or fetch it again",
        "{1} | expected a property's name, found '1' at byte 1. Mend the file there or fetch it again",
        "{\"a\" 1} | expected ':' after \"a\", found '1' at byte 5. Mend the file there or fetch it again",
        "{\"a\":1 \"b\"} | expected ',' or '}', found '\"' at byte 7. Mend the file there or fetch it again",
      })
  void whatIsNoCollectionIsRefused(String file, String message) {
    assertThatThrownBy(() -> collection(file))
        .isInstanceOf(InputException.class)
        .hasMessage("Cannot read feed x.geojson: " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{},] | expected feature 1, found ']' at byte 43.",
        "{},,{}]} | expected feature 1, found ',' at byte 43.",
        "{} {}]} | expected ',' or ']' after feature 0, found '{' at byte 43.",
        "{}}]} | expected ',' or ']' after feature 0, found '}' at byte 42.",
        "{}]}x | expected nothing after the collection, found 'x' at byte 44.",
      })
  void aBrokenFrameIsNamedWithItsByte(String rest, String message) {
    assertThatThrownBy(() -> collection(HEAD + rest))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Cannot read feed x.geojson: "
                + message
                + " The last feature that starts before it does so at byte 40. Mend the file there"
                + " or fetch it again");
  }

  @Test
  void featuresBeforeACutAreReadAndTheCutIsNamed() throws IOException {
    FeatureReader reader = reader("x.geojson", HEAD + "{\"a\":1},{\"b\":\"");
    assertThat(reader.next()).contains("{\"a\":1}");
    assertThatThrownBy(reader::next)
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Cannot read feed x.geojson: it ends at byte 54 in the middle, where a text's closing"
                + " quotation mark should be: the file was cut off, or a bracket or quotation mark"
                + " is missing. The last feature that starts before it does so at byte 48. Fetch"
                + " the file again");
  }

  @Test
  void anotherEncodingIsNamedWithItsByte() {
    byte[] file = (HEAD + "{\"place\":\"Köln\"}]}").getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> BundledFeed.features(FeatureReader.of("x.geojson", stream(file))))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Cannot read feed x.geojson: byte 51 is not UTF-8 (0xf6). Convert the file first, for"
                + " example with iconv -f latin1 -t utf-8");
  }

  @Test
  void aFeatureMayBeAsLongAsTheLimitAndNoLonger() throws IOException {
    String longest = "\"" + "x".repeat(FeatureReader.MAX_FEATURE - 2) + "\"";
    assertThat(collection(HEAD + longest + ",{}]}")).containsExactly(longest, "{}");
    assertThatThrownBy(() -> collection(HEAD + "\"x" + longest.substring(1) + "]}"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Cannot read feed x.geojson: what starts at byte 40 is longer than 16 MiB, which no"
                + " feature is. Look for a missing bracket, quotation mark or line end there");
  }

  /**
   * Whatever is cut off, what was read before it is a prefix, and the cut is not taken for an end.
   */
  @Property(tries = 300)
  void noCutGoesUnnoticed(@ForAll("features") List<String> features, @ForAll double where)
      throws IOException {
    byte[] file = file(features).getBytes(UTF_8);
    int cut = (int) (Math.abs(where % 1) * file.length);
    FeatureReader reader = FeatureReader.of("x.json", stream(Arrays.copyOf(file, cut)));
    List<String> read = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              for (var next = reader.next(); next.isPresent(); next = reader.next()) {
                read.add(next.get());
              }
            })
        .isInstanceOf(InputException.class);
    assertThat(features.subList(0, Math.max(0, read.size() - 1)))
        .isEqualTo(read.subList(0, Math.max(0, read.size() - 1)));
  }

  @Test
  void rowsAreTheLinesBehindTheOneThatNamesTheColumns() throws IOException {
    byte[] file = "\uFEFF\na,b\r\n1,2\r\n\n\"x,y\",3\n4".getBytes(UTF_8);
    FeatureReader rows = FeatureReader.resume(Frame.ROWS, "x.csv", stream(file), 0, 0);
    assertThat(BundledFeed.features(rows)).containsExactly("1,2", "\"x,y\",3", "4");
    assertThat(rows.header()).contains("a,b");
    assertThat(rows.index()).isEqualTo(3);
    FeatureReader none = FeatureReader.resume(Frame.ROWS, "x.csv", stream(new byte[0]), 0, 0);
    assertThatThrownBy(none::next)
        .hasMessage(
            "Cannot read feed x.csv: it is empty. Expected a line that names the columns, and rows");
  }

  /** A reader that goes on where another stopped reads what that one would have read. */
  @Property(tries = 300)
  void readingGoesOnWhereItStopped(
      @ForAll("features") List<String> features, @ForAll boolean lines, @ForAll("stops") int stop)
      throws IOException {
    String name = lines ? "x.ndjson" : "x.json";
    byte[] file = (lines ? String.join("\n", features) + "\n" : file(features)).getBytes(UTF_8);
    FeatureReader first = FeatureReader.of(name, stream(file));
    List<String> read = new ArrayList<>();
    while (read.size() < Math.min(stop, features.size())) {
      read.add(first.next().orElseThrow());
    }
    assertThat(first.index()).isEqualTo(read.size());
    int offset = (int) first.offset();
    InputStream rest = new ByteArrayInputStream(file, offset, file.length - offset);
    FeatureReader second =
        FeatureReader.resume(Frame.ofFeatures(name), name, rest, offset, first.index());
    for (Optional<String> next = second.next(); next.isPresent(); next = second.next()) {
      read.add(next.get());
      assertThat(second.index()).isEqualTo(read.size());
    }
    assertThat(read).isEqualTo(features);
    assertThat(second.offset()).isEqualTo(file.length);
  }

  @Provide
  Arbitrary<List<String>> features() {
    Arbitrary<String> text =
        Arbitraries.of("{", "}", "[", "]", "\"", ",", ":", "\\", " ", "é", "🌋", "features")
            .list()
            .ofMaxSize(8)
            .map(pieces -> quoted(String.join("", pieces)));
    Arbitrary<String> value =
        Arbitraries.lazyOf(
            () -> text,
            () -> Arbitraries.of("1", "-2.5e3", "null", "true"),
            () -> text.list().ofMaxSize(3).map(items -> "[" + String.join(" , ", items) + "]"));
    return value.map(v -> "{\"v\":" + v + "}").list().ofMinSize(1).ofMaxSize(6);
  }

  @Provide
  Arbitrary<Integer> stops() {
    return Arbitraries.integers().between(0, 6);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String file(List<String> features) {
    return HEAD + String.join(" ,\n", features) + "],\"bbox\":[1,2]}";
  }

  private static List<String> collection(String file) throws IOException {
    return read("x.geojson", file);
  }

  private static List<String> read(String name, String file) throws IOException {
    return BundledFeed.features(reader(name, file));
  }

  private static FeatureReader reader(String name, String file) {
    return FeatureReader.of(name, stream(file.getBytes(UTF_8)));
  }

  private static InputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }
}
