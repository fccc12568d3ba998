package dev.cats.cluster;

import dev.cats.cluster.CommittedEvents.Counted;
import dev.cats.cluster.CommittedEvents.Taken;
import dev.cats.event.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was sent, what was taken in and what came out, and whether each of it is there exactly once.
 *
 * @param acknowledged events that a broker acknowledged to their producer
 * @param topic what the source topic holds
 * @param taken what committed source lots hold
 * @param counted what committed lots of the last step hold
 * @param delivered what readers of committed records see in the topic of the counts
 * @param rejected how many records the manifests say were refused
 */
record Ledger(
    Map<Position.KafkaRecord, String> acknowledged,
    Map<Position.KafkaRecord, String> topic,
    List<Taken> taken,
    List<Counted> counted,
    List<Counted> delivered,
    long rejected) {
  private static final int SHOWN = 10;

  Ledger withTaken(List<Taken> other) {
    return new Ledger(acknowledged, topic, other, counted, delivered, rejected);
  }

  Ledger withDelivered(List<Counted> other) {
    return new Ledger(acknowledged, topic, taken, counted, other, rejected);
  }

  /** All that is wrong; some of each kind where there is much. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    List<String> moved = new ArrayList<>();
    acknowledged.forEach(
        (position, id) -> {
          if (!id.equals(topic.get(position))) {
            moved.add("acknowledged, but not in the topic: " + id + " at " + position);
          }
        });
    add(problems, moved);

    List<Taken> sent =
        topic.entrySet().stream().map(each -> new Taken(each.getKey(), each.getValue())).toList();
    compare(problems, "in committed source lots", sent, taken);

    List<String> wellFormed = topic.values().stream().filter(Ledger::isWellFormed).toList();
    compare(
        problems, "in the sink topic", wellFormed, delivered.stream().map(Counted::id).toList());
    compare(problems, "in the sink topic, as the lots have it", counted, delivered);
    compare(problems, "counted", expectedCounts(), counts());
    if (rejected != topic.size() - wellFormed.size()) {
      problems.add(
          "rejected: expected %d, found %d".formatted(topic.size() - wellFormed.size(), rejected));
    }
    return problems;
  }

  private static boolean isWellFormed(String id) {
    return !EventFeed.isMalformed(id);
  }

  private static <T> void compare(
      List<String> problems, String where, Collection<T> expected, Collection<T> found) {
    Map<T, Integer> times = new HashMap<>();
    found.forEach(each -> times.merge(each, 1, Integer::sum));
    List<String> lost = new ArrayList<>();
    for (T each : expected) {
      if (!times.containsKey(each)) {
        lost.add("lost, not " + where + ": " + each);
      }
    }
    List<String> doubled = new ArrayList<>();
    times.forEach(
        (each, count) -> {
          if (count > 1) {
            doubled.add(count + " times " + where + ": " + each);
          }
        });
    times.keySet().removeAll(new HashSet<>(expected));
    List<String> strange = new ArrayList<>();
    times.keySet().forEach(each -> strange.add("of no known origin " + where + ": " + each));
    add(problems, lost);
    add(problems, doubled);
    add(problems, strange);
  }

  private static void add(List<String> problems, List<String> found) {
    problems.addAll(found.subList(0, Math.min(SHOWN, found.size())));
    if (found.size() > SHOWN) {
      problems.add("… and " + (found.size() - SHOWN) + " more like the last one");
    }
  }

  /** The n-th event of a subject, in the order of its partition, was given the number n. */
  private List<String> expectedCounts() {
    Map<String, String> subjects = new HashMap<>();
    delivered.forEach(each -> subjects.put(each.id(), each.subject()));
    Map<String, Integer> counts = new TreeMap<>();
    List<String> expected = new ArrayList<>();
    topic.entrySet().stream()
        .filter(each -> isWellFormed(each.getValue()) && subjects.containsKey(each.getValue()))
        .sorted(
            Map.Entry.comparingByKey(
                Comparator.comparingInt(Position.KafkaRecord::partition)
                    .thenComparingLong(Position.KafkaRecord::offset)))
        .forEach(
            each -> {
              String subject = subjects.get(each.getValue());
              int count = counts.merge(subject, 1, Integer::sum);
              expected.add(each.getValue() + " as number " + count + " of " + subject);
            });
    return expected;
  }

  private List<String> counts() {
    return delivered.stream()
        .map(each -> each.id() + " as number " + each.count() + " of " + each.subject())
        .distinct()
        .toList();
  }
}
