package dev.cats.connector.ipfs;

import java.io.IOException;

/** A name of IPNS that leads nowhere, or whose record must not be followed. */
public final class IpnsException extends IOException {
  private static final long serialVersionUID = 1;

  /** What is wrong. */
  public enum Why {
    /** Nobody who was asked has a record of this name. */
    UNKNOWN,
    /** There is one, rightly signed, whose time is over. */
    EXPIRED,
    /** There is one that the key in the name did not sign, or that says two things. */
    WRONG
  }

  private final Why why;

  IpnsException(Why why, IpnsName name, String reason, String next) {
    super(
        "Cannot %s %s%s: %s\n%s"
            .formatted(
                why == Why.WRONG ? "trust a record of" : "resolve",
                IpnsName.SCHEME,
                name,
                reason,
                next));
    this.why = why;
  }

  public Why why() {
    return why;
  }
}
