package dev.cats.feed;

import dev.cats.event.DataInitiativeEvent;
import java.util.Objects;
import java.util.Optional;

/**
 * One event of a file.
 *
 * @param place where it stands, for people: {@code line 7}
 * @param fault what is wrong with it, where it is malformed
 */
public record Entry(String place, DataInitiativeEvent event, Optional<String> fault) {
  public Entry {
    Objects.requireNonNull(place, "place");
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(fault, "fault");
  }
}
