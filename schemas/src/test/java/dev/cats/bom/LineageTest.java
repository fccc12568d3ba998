package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.DagJson;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineageTest {
  @Test
  void sameIsOneToOne() throws DecodeException {
    Lineage same = new Lineage.Same();
    same.validate(3, 3);
    assertThat(same.inputsOf(2, 3, 3)).containsExactly(new Range(2, 1));
    assertThatThrownBy(() -> same.validate(4, 3))
        .hasMessage("Invalid lineage same: expected 3 input records, found 4");
  }

  @Test
  void wholeIsAllOfThem() throws DecodeException {
    assertThat(new Lineage.Whole().inputsOf(1, 9, 2)).containsExactly(new Range(0, 9));
  }

  @Test
  void spreadCountsWhatEachInputMade() throws DecodeException {
    Lineage spread = Lineage.Spread.of(1, 1, 1, 0, 2);
    spread.validate(5, 5);
    assertThat(List.of(0, 1, 2, 3, 4))
        .map(output -> spread.inputsOf(output, 5, 5).get(0).first())
        .containsExactly(0L, 1L, 2L, 4L, 4L);
    assertThat(json(spread)).isEqualTo("{\"spread\":[1,3,0,1,2,1]}");
  }

  @Test
  void spreadThatDoesNotAddUpIsRefused() {
    Lineage spread = Lineage.Spread.of(1, 0, 2);
    assertThatThrownBy(() -> spread.validate(4, 3))
        .hasMessage("Invalid lineage spread: expected 4 input records, found 3");
    assertThatThrownBy(() -> spread.validate(2, 3))
        .hasMessage("Invalid lineage spread: expected 2 input records, found more");
    assertThatThrownBy(() -> spread.validate(3, 4))
        .hasMessage("Invalid lineage spread: expected 4 output records, found 3");
    assertThatThrownBy(() -> spread.validate(3, 2))
        .hasMessage("Invalid lineage spread: expected 2 output records, found more");
  }

  @Test
  void spreadBeyondEveryCountIsRefusedAndDoesNotOverflow() {
    Lineage spread =
        new Lineage.Spread(
            List.of(
                new Lineage.Spread.Group(Integer.MAX_VALUE, Check.MAX_INTEGER),
                new Lineage.Spread.Group(1, Check.MAX_INTEGER)));
    assertThatThrownBy(() -> spread.validate(Check.MAX_INTEGER, 1))
        .hasMessage("Invalid lineage spread: expected 1 output records, found more");
    Lineage none = new Lineage.Spread(List.of(new Lineage.Spread.Group(0, Check.MAX_INTEGER)));
    assertThatThrownBy(() -> none.validate(7, 0))
        .hasMessage("Invalid lineage spread: expected 7 input records, found more");
  }

  @Test
  void edgesAreWrittenAsDistances() throws DecodeException {
    Lineage edges =
        new Lineage.Edges(
            List.of(
                List.of(new Range(0, 100)),
                List.of(new Range(50, 20), new Range(90, 60)),
                List.of(new Range(150, 1))));
    edges.validate(151, 3);
    assertThat(json(edges)).isEqualTo("{\"edges\":[1,0,100,2,-50,20,20,60,1,0,1]}");
    assertThat(Lineage.of("lineage", edges.toNode())).isEqualTo(edges);
    assertThatThrownBy(() -> edges.validate(150, 3))
        .hasMessage(
            "Invalid lineage edges of output 2: expected ranges within 150 input records,"
                + " found Range[first=150, count=1]");
    assertThatThrownBy(() -> edges.validate(151, 4))
        .hasMessage("Invalid lineage edges: expected 4 output records, found 3");
  }

  @Test
  void edgesOfEqualSetsAreEqual() {
    assertThat(
            Lineage.Edges.of(
                List.of(
                    List.of(new Range(4, 2), new Range(0, 3), new Range(3, 1), new Range(9, 1)))))
        .isEqualTo(new Lineage.Edges(List.of(List.of(new Range(0, 6), new Range(9, 1)))));
    assertThatThrownBy(() -> new Lineage.Edges(List.of(List.of(new Range(0, 3), new Range(3, 1)))))
        .hasMessage(
            "Invalid lineage edges of output 0: expected ranges that ascend and do not touch,"
                + " found Range[first=0, count=3] before Range[first=3, count=1]");
    assertThatThrownBy(() -> new Lineage.Edges(List.of(List.of())))
        .hasMessage("Invalid lineage edges of output 0: expected at least one range, found none");
  }

  @Test
  void edgesThatBreakOffAreRefused() {
    refused(
        "edges", "lineage.edges[0]: expected a number of ranges that follow, from 1 to 1", 2, 0, 1);
    refused(
        "edges", "lineage.edges[0]: expected a number of ranges that follow, from 1 to 0", 1, 0);
    refused(
        "edges", "lineage.edges[0]: expected a number of ranges that follow, from 1 to 1", 0, 0, 1);
    refused("edges", "range first: expected an integer from 0 to 9007199254740991", 1, -1, 1);
    refused("edges", "range count: expected an integer from 1 to 9007199254740991", 1, 0, 0);
    refused("spread", "lineage.spread: expected pairs (outputs, inputs), found 1 integers", 1);
    refused("spread", "lineage spread: expected run lengths as long as they can be", 1, 2, 1, 3);
    refused("most", "lineage: expected one of same, spread, whole, edges, found \"most\"");
    refused("same", "lineage.same: expected a map, found a list of 0");
  }

  private static void refused(String kind, String message, long... integers) {
    List<Node> items = Arrays.stream(integers).mapToObj(Node::of).toList();
    Node node = Node.map().put(kind, Node.list(items)).build();
    assertThatThrownBy(() -> Lineage.of("lineage", node))
        .isInstanceOfAny(DecodeException.class, IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid " + message);
  }

  private static String json(Lineage lineage) {
    return DagJson.encode(lineage.toNode());
  }
}
