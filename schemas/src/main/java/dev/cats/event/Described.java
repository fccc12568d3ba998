package dev.cats.event;

import java.util.Map;

/**
 * A source, a function or a part of one that says what it is set to, for the function document in
 * its BOMs. No secrets: a BOM is for everybody. What does not say so itself is written down with
 * all of its fields.
 */
public interface Described {
  /** Names and values, such as the topics. */
  Map<String, String> params();
}
