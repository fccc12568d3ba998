package dev.cats.lineage;

import dev.cats.content.Cid;
import java.util.Objects;
import java.util.Optional;

/** A block that a walk is to come to, what it is to the one who named it, and who that was. */
record Visit(Cid cid, Role role, Optional<Cid> by) {

  /** What a link says of the block that it leads to. */
  enum Role {
    ASKED("block"),
    MANIFEST("manifest"),
    COMMITTED("BOM"),
    COMMITTED_PAGE("page"),
    INPUT("input BOM"),
    INPUT_PAGE("page"),
    CITED("cited BOM"),
    CITING_PAGE("page"),
    CITED_FILE("cited lot"),
    LOT("lot"),
    OTHER("block");

    final String text;

    Role(String text) {
      this.text = text;
    }

    /** Whether the link leads back in history: to what was there before the one that names it. */
    boolean isBack() {
      return this == MANIFEST || this == INPUT || this == CITED;
    }

    boolean isPage() {
      return this == COMMITTED_PAGE || this == INPUT_PAGE || this == CITING_PAGE;
    }
  }

  Visit {
    Objects.requireNonNull(cid, "cid");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(by, "by");
  }

  /** Whether the link leads to what another initiative made, which need not be here. */
  boolean isElsewhere() {
    return role == Role.CITED || role == Role.CITED_FILE;
  }

  /** In words, for a message. */
  String where() {
    return by.map(cid -> role.text + " named by " + cid).orElse(role.text + " asked for");
  }
}
