package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DagJsonTest {
  private static final Cid CID = Cid.sha256(Cid.RAW, Bytes.utf8("hello world"));

  @Test
  void writesLinksAndBytesUnderASlash() {
    assertThat(DagJson.encode(Node.list(Node.link(CID), Node.of(Bytes.of((byte) 1, (byte) 2)))))
        .isEqualTo("[{\"/\":\"" + CID + "\"},{\"/\":{\"bytes\":\"AQI\"}}]");
  }

  @Test
  void sortsKeysByBytesAndNotByLength() {
    Node map = Node.map().put("b", Node.of(1)).put("aa", Node.of(2)).put("é", Node.NULL).build();
    assertThat(DagJson.encode(map)).isEqualTo("{\"aa\":2,\"b\":1,\"é\":null}");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1.0",
    "0, 0.0",
    "-1.5, -1.5",
    "0.1, 0.1",
    "100, 100.0",
    "2e-3, 0.002",
    "1e-6, 0.000001",
    "1e-7, 1e-7",
    "1.25e-7, 1.25e-7",
    "-1e-7, -1e-7",
    "1e20, 100000000000000000000.0",
    "1e21, 1e+21",
    "1.5e300, 1.5e+300",
    "-2e23, -2e+23",
    "4.9e-324, 5e-324",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "2e16, 20000000000000000.0",
  })
  void aFloatHasTheFewestDigitsAndIsNoInteger(double value, String text) {
    assertThat(DagJson.encode(Node.of(value))).isEqualTo(text);
    assertThat(Double.parseDouble(text)).isEqualTo(value);
  }

  @Test
  void escapesWhatJsonMust() {
    assertThat(DagJson.encode(Node.of("\"\\/\b\f\n\r\t\u0000\u001f\u007fé😀")))
        .isEqualTo("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007fé😀\"");
  }

  @Test
  void refusesAMapThatReadsAsALinkOrBytes() {
    String message =
        "Cannot write as DAG-JSON: a map begins with the key \"/\", which there means a link or bytes";
    Node text = Node.map().put("/", Node.of("x")).put("a", Node.NULL).build();
    Node bytes = Node.map().put("/", Node.map().put("bytes", Node.of("x")).build()).build();
    for (Node reserved : List.of(text, bytes)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DagJson.encode(Node.list(reserved)))
          .withMessage(message);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DagJson.pretty(reserved))
          .withMessage(message);
    }
    assertThat(DagJson.encode(Node.map().put("/", Node.of(1)).build())).isEqualTo("{\"/\":1}");
  }

  @Test
  void refusesWhatIsTooDeep() {
    Node node = Node.NULL;
    for (int i = 0; i <= DagCbor.MAX_DEPTH; i++) {
      node = Node.list(node);
    }
    Node deep = node;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DagJson.encode(deep))
        .withMessage("Cannot write as DAG-JSON: lists and maps nest deeper than 256");
  }

  @Test
  void thePrettyFormIsIndentedWithNumbersSideBySide() {
    Node node =
        Node.map()
            .put("data", Node.link(CID))
            .put("empty", Node.list())
            .put("nothing", Node.map().build())
            .put("runs", Node.list(Node.of(0), Node.of(0), Node.of(4096)))
            .put("names", Node.list(Node.of("a"), Node.of("b")))
            .build();
    assertThat(DagJson.pretty(node))
        .isEqualTo(
            """
            {
              "data": {"/": "%s"},
              "empty": [],
              "names": [
                "a",
                "b"
              ],
              "nothing": {},
              "runs": [0, 0, 4096]
            }"""
                .formatted(CID));
  }

  @Test
  void thePrettyFormBreaksLongLinesOfNumbers() {
    Node numbers = Node.list(LongStream.range(1000, 1100).mapToObj(Node::of).toList());
    List<String> lines = DagJson.pretty(numbers).lines().toList();
    assertThat(lines).hasSize(2 + 7).first().isEqualTo("[");
    assertThat(lines).allMatch(line -> line.length() <= 100).noneMatch(line -> line.endsWith(" "));
    assertThat(lines.get(1)).startsWith("  1000, 1001, ").endsWith(",");
  }
}
