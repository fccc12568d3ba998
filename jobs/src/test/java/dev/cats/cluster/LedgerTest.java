package dev.cats.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.cluster.CommittedEvents.Counted;
import dev.cats.cluster.CommittedEvents.Taken;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.Citation;
import dev.cats.event.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The crash tests are only as good as what they would see: a ledger with one mistake each. */
class LedgerTest {
  private static final Cid BOM = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("bom"));
  private static final Map<Position.KafkaRecord, String> TOPIC =
      Map.of(at(0, 0), "e-0", at(0, 1), "e-1", at(0, 2), "bad-2", at(1, 0), "e-3", at(0, 3), "e-4");
  private static final List<Taken> TAKEN =
      TOPIC.entrySet().stream().map(each -> new Taken(each.getKey(), each.getValue())).toList();
  private static final List<Counted> COUNTED =
      List.of(
          counted(0, "e-0", "a", 1),
          counted(1, "e-1", "a", 2),
          counted(2, "e-3", "b", 1),
          counted(3, "e-4", "a", 3));
  private static final Ledger SOUND = new Ledger(TOPIC, TOPIC, TAKEN, COUNTED, COUNTED, 1);

  private static Position.KafkaRecord at(int partition, long offset) {
    return new Position.KafkaRecord("t", partition, offset);
  }

  private static Counted counted(int index, String id, String subject, long count) {
    return new Counted(new Citation(BOM, index), id, subject, count);
  }

  @Test
  void everythingOnceIsNoProblem() {
    assertThat(SOUND.problems()).isEmpty();
  }

  @Test
  void anAcknowledgedEventThatTheTopicDoesNotHaveIsLost() {
    Map<Position.KafkaRecord, String> more = new HashMap<>(TOPIC);
    more.put(at(1, 1), "e-5");
    assertThat(new Ledger(more, TOPIC, TAKEN, COUNTED, COUNTED, 1).problems())
        .containsExactly("acknowledged, but not in the topic: e-5 at " + at(1, 1));
  }

  @Test
  void anEventThatWasTakenInTwiceOrNotAtAllIsSeen() {
    Taken one = new Taken(at(0, 1), "e-1");
    List<Taken> fewer = new ArrayList<>(TAKEN);
    fewer.remove(one);
    assertThat(SOUND.withTaken(fewer).problems())
        .containsExactly("lost, not in committed source lots: " + one);
    List<Taken> more = new ArrayList<>(TAKEN);
    more.add(one);
    assertThat(SOUND.withTaken(more).problems())
        .containsExactly("2 times in committed source lots: " + one);
  }

  @Test
  void anEventUnderAnotherOffsetThanItsOwnIsSeen() {
    List<Taken> moved = new ArrayList<>(TAKEN);
    moved.remove(new Taken(at(0, 1), "e-1"));
    moved.add(new Taken(at(0, 1), "e-0"));
    assertThat(SOUND.withTaken(moved).problems())
        .containsExactly(
            "lost, not in committed source lots: " + new Taken(at(0, 1), "e-1"),
            "of no known origin in committed source lots: " + new Taken(at(0, 1), "e-0"));
  }

  @Test
  void aCountThatWasDeliveredTwiceOrNotAtAllIsSeen() {
    List<Counted> more = new ArrayList<>(COUNTED);
    more.add(COUNTED.get(2));
    assertThat(SOUND.withDelivered(more).problems())
        .containsExactly(
            "2 times in the sink topic: e-3",
            "2 times in the sink topic, as the lots have it: " + COUNTED.get(2));
    List<Counted> fewer = new ArrayList<>(COUNTED);
    fewer.remove(2);
    assertThat(SOUND.withDelivered(fewer).problems())
        .containsExactly(
            "lost, not in the sink topic: e-3",
            "lost, not in the sink topic, as the lots have it: " + COUNTED.get(2));
  }

  @Test
  void stateThatWentBackIsSeen() {
    List<Counted> old = new ArrayList<>(COUNTED);
    old.set(3, counted(3, "e-4", "a", 2));
    assertThat(new Ledger(TOPIC, TOPIC, TAKEN, old, old, 1).problems())
        .containsExactly(
            "lost, not counted: e-4 as number 3 of a",
            "of no known origin counted: e-4 as number 2 of a");
  }

  @Test
  void aRejectThatNobodyCountedIsSeen() {
    assertThat(new Ledger(TOPIC, TOPIC, TAKEN, COUNTED, COUNTED, 0).problems())
        .containsExactly("rejected: expected 1, found 0");
  }
}
