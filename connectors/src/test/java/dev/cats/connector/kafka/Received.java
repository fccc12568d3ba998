package dev.cats.connector.kafka;

import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.functions.MapFunction;

/** What arrived in a job of this JVM, in a place that the test can look at. */
final class Received implements MapFunction<Arrival<DataInitiativeEvent>, String> {
  private static final long serialVersionUID = 1L;
  private static final Map<String, Queue<Arrival<DataInitiativeEvent>>> ALL =
      new ConcurrentHashMap<>();

  private final String name = UUID.randomUUID().toString();

  Received() {
    ALL.put(name, new ConcurrentLinkedQueue<>());
  }

  @Override
  public String map(Arrival<DataInitiativeEvent> arrival) {
    ALL.get(name).add(arrival);
    return arrival.position().toString();
  }

  /** In the order of partitions and offsets. */
  List<Arrival<DataInitiativeEvent>> all() {
    return ALL.get(name).stream()
        .sorted(
            Comparator.comparing((Arrival<?> each) -> position(each).topic())
                .thenComparing(each -> position(each).partition())
                .thenComparing(each -> position(each).offset()))
        .toList();
  }

  int count() {
    return ALL.get(name).size();
  }

  List<Long> offsets() {
    return all().stream().map(each -> position(each).offset()).toList();
  }

  List<String> ids() {
    return all().stream().map(each -> event(each).getId()).toList();
  }

  static Position.KafkaRecord position(Arrival<?> arrival) {
    return (Position.KafkaRecord) arrival.position();
  }

  static DataInitiativeEvent event(Arrival<DataInitiativeEvent> arrival) {
    return ((Arrival.Accepted<DataInitiativeEvent>) arrival).value();
  }
}
