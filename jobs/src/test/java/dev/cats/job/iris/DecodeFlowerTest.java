package dev.cats.job.iris;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.job.Decoded;
import java.io.IOException;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;

class DecodeFlowerTest {
  private static final String HEADER =
      "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm),target";

  private final Decoded<Flower> out = new Decoded<>();

  private void decode(String header, String... rows) throws IOException {
    DecodeFlower decode = DecodeFlower.of(new Path("/data/iris.csv"), header);
    for (String row : rows) {
      decode.apply(row, out);
    }
  }

  @Test
  void aRowIsAFlowerOfTheSpeciesWithItsNumber() throws IOException {
    decode(HEADER, "5.1,3.5,1.4,0.2,0", "7,3.2,4.7,1.4,1", "\"6.3\",3.3,6.0,2.5,2");
    assertThat(out.values)
        .containsExactly(
            new Flower("setosa", 5.1, 3.5, 1.4, 0.2),
            new Flower("versicolor", 7.0, 3.2, 4.7, 1.4),
            new Flower("virginica", 6.3, 3.3, 6.0, 2.5));
    assertThat(out.rejects).isEmpty();
  }

  @Test
  void columnsAreFoundByTheirNames() throws IOException {
    decode(
        "target,seen by,petal width (cm),petal length (cm),sepal width (cm),sepal length (cm)",
        "0,\"Fisher, R. A.\",0.2,1.4,3.5,5.1");
    assertThat(out.values).containsExactly(new Flower("setosa", 5.1, 3.5, 1.4, 0.2));
  }

  @Test
  void whatIsNoFlowerIsRejectedByTheRuleItBreaks() throws IOException {
    decode(
        HEADER,
        "5.1,3.5,1.4,0.2",
        "5.1,3.5,1.4,\"0.2,0",
        "5.1,3.5,1.4,,0",
        "5.1,3.5,-1.4,0.2,0",
        "5.1,3.5,0,0.2,0",
        "5.1,NaN,1.4,0.2,0",
        "5.1,3.5,1.4,0.2,3");
    assertThat(out.values).isEmpty();
    assertThat(out.rejects)
        .containsExactly(
            "malformed: expected 5 cells, found 4",
            "malformed: a quotation mark is not closed",
            "invalid-length: petal width (cm) is ''",
            "invalid-length: petal length (cm) is '-1.4'",
            "invalid-length: petal length (cm) is '0'",
            "invalid-length: sepal width (cm) is 'NaN'",
            "invalid-species: target is '3'");
  }

  @Test
  void aTableThatLacksAColumnIsRefusedWithThoseItHas() {
    assertThatThrownBy(() -> decode("sepal length (cm),target"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot read irises from iris.csv: expected the columns sepal length (cm),"
                + " sepal width (cm), petal length (cm), petal width (cm) and target, found"
                + " sepal length (cm), target");
  }
}
