package dev.cats.event;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trace that a record is a part of, as W3C Trace Context has it: which request it goes back to,
 * through all the systems that it passed. It is about a run, like a log: it travels beside the
 * record, and is in no BOM, and in no lot but as the attribute that an event came with.
 *
 * <p>What comes from outside is taken by {@link #of}: what is not of the form is as if it were not
 * there, since a trace is never a reason to refuse a record. Of a later version than 00 what 00
 * knows is taken.
 *
 * @param traceparent version 00, 55 characters
 * @param tracestate what the tracing systems add to it; null where they add nothing
 */
public record TraceContext(String traceparent, String tracestate) {
  /** The W3C asks everybody to hand on this many characters; longer ones are let go. */
  private static final int MAX_STATE = 512;

  private static final int MAX_MEMBERS = 32;
  private static final String IDS = "((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16})";
  private static final Pattern PARENT = Pattern.compile("00-" + IDS + "-[0-9a-f]{2}");
  private static final Pattern LATER =
      Pattern.compile("(?!00|ff)[0-9a-f]{2}-" + IDS + "-[0-9a-f]([0-9a-f])(-.*)?", Pattern.DOTALL);

  /** KEY=VALUE or nothing; the key may be TENANT@SYSTEM, the value has no comma, no equals sign. */
  private static final Pattern MEMBER =
      Pattern.compile(
          "[ \t]*([a-z0-9][a-z0-9_\\-*/]{0,255}(@[a-z][a-z0-9_\\-*/]{0,13})?"
              + "=[ -+\\--<>-~]{0,255}[!-+\\--<>-~])?[ \t]*");

  public TraceContext {
    Objects.requireNonNull(traceparent, "traceparent");
    if (!PARENT.matcher(traceparent).matches()) {
      throw new IllegalArgumentException(
          "Invalid traceparent: expected one as"
              + " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01, found "
              + traceparent);
    }
    if (tracestate != null && !isState(tracestate)) {
      throw new IllegalArgumentException(
          "Invalid tracestate: expected a list as rojo=00f067aa0ba902b7,congo=t61, found "
              + tracestate);
    }
  }

  /**
   * The trace that somebody says a record is a part of; null for none, and where it is malformed. A
   * tracestate that is malformed is left away.
   */
  public static TraceContext of(String traceparent, String tracestate) {
    String parent = traceparent == null ? null : known(traceparent);
    if (parent == null) {
      return null;
    }
    return new TraceContext(parent, tracestate != null && isState(tracestate) ? tracestate : null);
  }

  /** The trace that an event says it is a part of; null as above. */
  public static TraceContext of(DataInitiativeEvent event) {
    return event.getTraceparent() == null
        ? null
        : of(event.getTraceparent(), event.getTracestate());
  }

  private static String known(String traceparent) {
    if (PARENT.matcher(traceparent).matches()) {
      return traceparent;
    }
    Matcher later = LATER.matcher(traceparent);
    if (!later.matches()) {
      return null;
    }
    boolean sampled = (Character.digit(later.group(2).charAt(0), 16) & 1) == 1;
    return "00-" + later.group(1) + (sampled ? "-01" : "-00");
  }

  private static boolean isState(String tracestate) {
    if (tracestate.isEmpty() || tracestate.length() > MAX_STATE) {
      return false;
    }
    String[] members = tracestate.split(",", -1);
    if (members.length > MAX_MEMBERS) {
      return false;
    }
    for (String each : members) {
      if (!MEMBER.matcher(each).matches()) {
        return false;
      }
    }
    return true;
  }
}
