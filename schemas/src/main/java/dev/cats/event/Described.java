package dev.cats.event;

import java.util.Map;

/**
 * A source that says what it reads, for the function document in its BOMs. No secrets: a BOM is for
 * everybody.
 */
public interface Described {
  /** Names and values, such as the topics. */
  Map<String, String> params();
}
