package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InputsTest {
  private static final Cid A = Samples.document("a");
  private static final Cid B = Samples.document("b");
  private static final Origin FILE = new Origin.File("f", Samples.raw("f"), 10, 5);

  @Test
  void recordsAreNumberedOverTheRuns() {
    Inputs inputs = inputs(List.of(A, B), new Run(0, 10, 3), new Run(1, 0, 2), new Run(0, 20, 4));
    assertThat(inputs.records()).isEqualTo(9);
    assertThat(inputs.runs(new Range(0, 9))).isEqualTo(inputs.runs());
    assertThat(inputs.runs(new Range(2, 4)))
        .containsExactly(new Run(0, 12, 1), new Run(1, 0, 2), new Run(0, 20, 1));
    assertThat(inputs.runs(new Range(4, 1))).containsExactly(new Run(1, 1, 1));
  }

  @Test
  void triplesAreRuns() {
    long[] triples = {0, 10, 3, 1, 0, 2};
    List<Run> runs = Run.ofTriples(triples);
    triples[0] = 7;
    assertThat(runs).isEqualTo(List.of(new Run(0, 10, 3), new Run(1, 0, 2)));
    assertThat(List.of(new Run(0, 10, 3), new Run(1, 0, 2)))
        .isEqualTo(runs)
        .hasSameHashCodeAs(runs);
    assertThatThrownBy(() -> Run.ofTriples(0, 1))
        .hasMessage("Invalid runs: expected triples (bom, first, count), found 2 integers");
    assertThatThrownBy(() -> Run.ofTriples(0, 1, 0))
        .hasMessage("Invalid runs[2]: expected an integer from 1 to 9007199254740990, found 0");
  }

  @Test
  void originsAreCutWhereTheirOffsetsAreKnown() {
    Origin dense = new Origin.Kafka("t", 0, 100, 104, 5);
    Origin holes = new Origin.Kafka("t", 1, 100, 109, 5);
    Inputs inputs = new Inputs(List.of(), List.of(), List.of(FILE, dense, holes), List.of());
    assertThat(inputs.records()).isEqualTo(15);
    assertThat(inputs.origins(new Range(4, 7)))
        .containsExactly(new Origin.File("f", Samples.raw("f"), 14, 1), dense, holes);
    assertThat(inputs.origins(new Range(6, 2)))
        .containsExactly(new Origin.Kafka("t", 0, 101, 102, 2));
  }

  @Test
  void citedRecordsHaveAnOriginAndTheBomTheyWereMadeAs() {
    Origin read = new Origin.Kafka("t", 0, 7, 9, 3);
    Inputs inputs =
        new Inputs(
            List.of(A, B), List.of(new Run(0, 4, 2), new Run(1, 0, 1)), List.of(read), List.of());

    assertThat(inputs.cited()).isTrue();
    assertThat(inputs.records()).isEqualTo(3);
    assertThat(inputs.runs(new Range(1, 2))).containsExactly(new Run(0, 5, 1), new Run(1, 0, 1));
    assertThat(inputs.origins(new Range(1, 2))).containsExactly(new Origin.Kafka("t", 0, 8, 9, 2));
  }

  @Test
  void inputsThatCannotBeRightAreRefused() {
    assertThatThrownBy(() -> inputs(List.of(A), new Run(1, 0, 1)))
        .hasMessage("Invalid inputs run 0: expected an index into 1 boms, found 1");
    assertThatThrownBy(() -> inputs(List.of(A, B), new Run(0, 0, 1)))
        .hasMessage("Invalid inputs boms[1]: expected at least one run of it, found none");
    assertThatThrownBy(() -> inputs(List.of(A, A), new Run(0, 0, 1), new Run(1, 0, 1)))
        .hasMessage("Invalid inputs boms[1]: expected each link once, found " + A + " again");
    assertThatThrownBy(() -> inputs(List.of()))
        .hasMessage("Invalid inputs: expected runs or origins, found neither");
    assertThatThrownBy(
            () -> new Inputs(List.of(A), List.of(new Run(0, 0, 1)), List.of(FILE), List.of()))
        .hasMessage(
            "Invalid inputs: expected runs and origins of the same records, found 1 and %d records",
            FILE.count());
    assertThatThrownBy(() -> inputs(List.of(Samples.raw("x")), new Run(0, 0, 1)))
        .hasMessage(
            "Invalid inputs boms[0]: expected a CIDv1 of codec dag-cbor and hash sha2-256, found "
                + Samples.raw("x"));
    assertThatThrownBy(() -> new Run(0, Check.MAX_INTEGER, 1))
        .hasMessageStartingWith("Invalid run count: expected an integer from 1 to 0, found 1");
    assertThatThrownBy(() -> new Origin.Kafka("t", 0, 5, 6, 3))
        .hasMessage("Invalid kafka origin count: expected an integer from 1 to 2, found 3");
  }

  @Test
  void inputsThatFitStayWhole() {
    Inputs inputs = inputs(List.of(A), new Run(0, 0, 3));
    assertThat(inputs.paged(1000)).isEqualTo(new Inputs.Paged(inputs, List.of()));
  }

  @Test
  void longInputsAreSplitIntoPagesAndPutTogetherAgain() throws DecodeException {
    int count = 50_000;
    List<Cid> boms = new ArrayList<>();
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boms.add(Samples.document("bom " + i));
      runs.add(new Run(i, i * 1_000_000L, 1));
    }
    Inputs whole = new Inputs(boms, runs, List.of(), List.of());
    Bom tooLong = bom(whole, count);
    assertThatThrownBy(tooLong::block)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "Cannot write a cats/bom/1: it takes 2[0-9]{6} bytes, a block holds 1048576");

    Inputs.Paged paged = whole.paged(512 * 1024);
    assertThat(paged.pages()).hasSizeBetween(4, 8);
    assertThat(paged.pages()).allMatch(page -> page.block().bytes().size() <= 513 * 1024);
    assertThat(whole.paged(512 * 1024)).isEqualTo(paged);
    Bom bom = (Bom) Document.of(bom(paged.inputs(), count).block());
    assertThat(bom.inputs().isWhole()).isFalse();
    assertThat(bom.wholeInputs(paged.pages())).isEqualTo(whole);

    assertThatThrownBy(() -> bom.wholeInputs(paged.pages().subList(1, paged.pages().size())))
        .isInstanceOf(DecodeException.class)
        .hasMessageStartingWith("Invalid pages of inputs: expected the linked pages [bafy");
    assertThatThrownBy(() -> bom(paged.inputs(), count + 1).wholeInputs(paged.pages()))
        .isInstanceOf(DecodeException.class)
        .hasMessage("Invalid lineage same: expected 50001 input records, found 50000");
  }

  private static Bom bom(Inputs inputs, int records) {
    return new Bom(A, inputs, new Lineage.Same(), Samples.invoice(records), Optional.empty());
  }

  private static Inputs inputs(List<Cid> boms, Run... runs) {
    return new Inputs(boms, List.of(runs), List.of(), List.of());
  }
}
