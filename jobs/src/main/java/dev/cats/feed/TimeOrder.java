package dev.cats.feed;

import dev.cats.event.DataInitiativeEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The events of a file by their time, oldest first; those without one come last, in the file's
 * order. All of them are held in memory.
 */
public final class TimeOrder implements EventFile {
  private static final Comparator<Entry> BY_TIME =
      Comparator.comparing(
          TimeOrder::time, Comparator.nullsLast(Comparator.<Instant>naturalOrder()));

  private final EventFile file;
  private Iterator<Entry> sorted; // once all are read

  public TimeOrder(EventFile file) {
    this.file = file;
  }

  private static Instant time(Entry entry) {
    DataInitiativeEvent event = entry.event();
    return event.getTime();
  }

  @Override
  public Optional<Entry> next() throws IOException {
    if (sorted == null) {
      List<Entry> all = new ArrayList<>();
      for (Optional<Entry> each = file.next(); each.isPresent(); each = file.next()) {
        all.add(each.get());
      }
      all.sort(BY_TIME);
      sorted = all.iterator();
    }
    return sorted.hasNext() ? Optional.of(sorted.next()) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
