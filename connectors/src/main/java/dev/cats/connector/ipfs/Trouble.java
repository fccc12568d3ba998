package dev.cats.connector.ipfs;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What keeps things from getting through to a node, so that it is said once for each reason while
 * it lasts, and once that it is over: when everything that had failed got through.
 *
 * <pre>
 * a fails: full    said              b fails: full      not said again
 * c gets through   a, b still fail   b gets through     a still fails
 * a fails: full    not said again    a gets through     said: it is over
 * </pre>
 *
 * @param <T> what can fail
 */
final class Trouble<T> {
  /** The longest pause before something is tried again. */
  static final int LONGEST_SECONDS = 5;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  /** By which two messages of one reason differ: names of segments, counts. */
  private static final Pattern NUMBERS = Pattern.compile("[a-z0-9.,-]*\\d[a-z0-9.,-]*");

  private final String node;
  private final Map<T, String> failing = new HashMap<>();
  private final Set<String> said = new HashSet<>();
  private boolean troubled;
  private int failures;
  private long since;
  private String last = "";

  /**
   * @param node how messages name it; what comes before that is what failed, and no reason
   */
  Trouble(String node) {
    this.node = node;
  }

  /** This failed. Returns whether its reason has to be said. */
  synchronized boolean with(T what, Throwable e) {
    if (failures++ == 0) {
      since = System.nanoTime();
    }
    last = String.valueOf(e.getMessage());
    String why = last.substring(Math.max(0, last.indexOf(node)));
    String reason = NUMBERS.matcher(why).replaceAll("#");
    failing.put(what, reason);
    troubled = true;
    return said.add(reason);
  }

  /** How long to wait now before anything is tried again. */
  synchronized Duration pause() {
    long pause = FIRST_PAUSE.toMillis() << Math.min(Math.max(0, failures - 1), 10);
    return Duration.ofMillis(Math.min(pause, LONGEST_SECONDS * 1000L));
  }

  /** Something got through, so that these fail no more. Returns whether by that all is well. */
  synchronized boolean over(Predicate<T> what) {
    failures = 0;
    failing.keySet().removeIf(what);
    said.retainAll(failing.values());
    if (!failing.isEmpty()) {
      return false;
    }
    boolean ends = troubled;
    troubled = false;
    last = "";
    return ends;
  }

  /** These need not get through any more. */
  synchronized void gone(Predicate<T> what) {
    failing.keySet().removeIf(what);
  }

  /** For how long nothing has got through; 0 if nothing has failed since. */
  synchronized long nanos() {
    return failures == 0 ? 0 : System.nanoTime() - since;
  }

  /** The message of what failed last, as a sentence to append; empty if all is well. */
  synchronized String reason() {
    return last.isEmpty() ? "" : ". " + last;
  }
}
