package dev.cats.connector.ipfs;

import java.io.IOException;

/** What a Kubo node, or what stands before it, answered in place of what was asked for. */
public final class KuboException extends IOException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String said;

  KuboException(String message, int status, String said) {
    super(message);
    this.status = status;
    this.said = said;
  }

  /** The same, with more to say. */
  KuboException with(String more) {
    KuboException fuller = new KuboException(getMessage() + "\n" + more, status, said);
    fuller.setStackTrace(getStackTrace());
    return fuller;
  }

  /** The status of HTTP; Kubo answers most of what goes wrong with 500. */
  public int status() {
    return status;
  }

  /** In Kubo's own words. */
  public String said() {
    return said;
  }

  /** Whether the node lets us in only with a token that it knows, or not at all. */
  public boolean isRefusal() {
    return status == 401 || status == 403;
  }

  /** Whether a block that was asked for, by itself or behind another, is not in the node. */
  public boolean isMissing() {
    return says("could not find") || says("not found");
  }

  boolean says(String part) {
    return said.contains(part);
  }
}
