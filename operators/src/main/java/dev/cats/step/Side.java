package dev.cats.step;

import java.io.Serializable;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The name and type of a stream that leaves a step beside its main output. Two sides of one name
 * are the same side.
 */
public record Side<S>(String name, Class<S> type) implements Serializable {

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  public Side {
    Objects.requireNonNull(type, "type");
    if (!NAME.matcher(name).matches() || name.equals("rejects")) {
      throw new IllegalArgumentException(
          "Invalid side stream name: expected lower-case letters, digits and '-', and not 'rejects', found '"
              + name
              + "'");
    }
  }

  public static <S> Side<S> of(String name, Class<S> type) {
    return new Side<>(name, type);
  }
}
