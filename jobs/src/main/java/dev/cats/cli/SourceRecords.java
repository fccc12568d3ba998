package dev.cats.cli;

import dev.cats.bom.Origin;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which records of the outside world were taken in, each counted once: where steps share a lot with
 * the source, the lots of all their outputs name the records they are of.
 */
final class SourceRecords {
  /** Per file or partition, disjoint ranges of records: first to one behind the last. */
  private final Map<Object, TreeMap<Long, Long>> ranges = new HashMap<>();

  private record Partition(String topic, int number) {}

  void add(Origin origin) {
    if (origin instanceof Origin.File file) {
      add(file.file(), file.first(), file.first() + file.count());
    } else if (origin instanceof Origin.Kafka kafka) {
      add(new Partition(kafka.topic(), kafka.partition()), kafka.first(), kafka.last() + 1);
    }
  }

  private void add(Object source, long first, long end) {
    TreeMap<Long, Long> known = ranges.computeIfAbsent(source, any -> new TreeMap<>());
    long from = first;
    long to = end;
    for (var near = known.floorEntry(to); near != null && near.getValue() >= from; ) {
      from = Math.min(from, near.getKey());
      to = Math.max(to, near.getValue());
      known.remove(near.getKey());
      near = known.floorEntry(to);
    }
    known.put(from, to);
  }

  long count() {
    return ranges.values().stream()
        .flatMap(each -> each.entrySet().stream())
        .mapToLong(range -> range.getValue() - range.getKey())
        .sum();
  }
}
