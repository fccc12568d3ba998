package dev.cats.job.seismology;

/** A text that is no feature of the USGS feed: the rule it broke, and in the message how. */
final class NotAQuake extends Exception {
  private static final long serialVersionUID = 1L;

  private final String rule;

  NotAQuake(String rule, String reason) {
    super(reason, null, false, false);
    this.rule = rule;
  }

  String rule() {
    return rule;
  }
}
