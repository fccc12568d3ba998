package dev.cats.connector.kafka;

import java.util.Objects;

/**
 * A record that cannot be read as an event: the rule it broke, and what is wrong, naming the value.
 * Such a record is data, and there may be many, so it has no stack trace.
 */
public final class UndecodableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String rule;

  UndecodableException(String rule, String reason) {
    super(reason, null, false, false);
    this.rule = Objects.requireNonNull(rule, "rule");
  }

  /** For example {@code malformed} or {@code incompatible-schema}. */
  public String rule() {
    return rule;
  }

  /** What is wrong with it. */
  public String reason() {
    return getMessage();
  }
}
