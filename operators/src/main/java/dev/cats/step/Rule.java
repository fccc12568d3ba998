package dev.cats.step;

import java.io.Serializable;
import java.util.Optional;
import org.apache.flink.api.common.functions.Function;

/**
 * Something that must hold of every record before it is processed. A record that breaks a rule is
 * rejected with the rule's name and reason, and counted.
 */
public interface Rule<T> extends Function, Serializable {

  /** A short stable name, such as {@code magnitude-in-range}. */
  String name();

  /** What is wrong with the record, naming the value; empty where the rule holds. */
  Optional<String> broken(T value);
}
