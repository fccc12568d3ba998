package dev.cats.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cats.lineage.Reach;
import dev.cats.transfer.Gaps;
import java.io.IOException;
import java.io.PrintWriter;

/** What is not there, in words and for programs. */
final class GapsText {
  private static final int SCREEN = 5;

  private GapsText() {}

  static void print(Gaps gaps, PrintWriter out) {
    if (gaps.unstored() > 0) {
      out.printf(
          "%s only hashed, as configured (cats.lot.store: ends)%n",
          StoreCommand.count(gaps.unstored(), "lot"));
    }
    if (gaps.elsewhere() > 0) {
      out.printf(
          "%s of other initiatives cited and not here%n",
          StoreCommand.count(gaps.elsewhere(), "BOM"));
    }
    if (gaps.pruned() > 0) {
      out.printf(
          "Not here any more: %s that %s pruned, and what is behind%n",
          StoreCommand.count(gaps.pruned(), "block"), gaps.pruned() == 1 ? "was" : "were");
    }
    if (gaps.none()) {
      return;
    }
    if (gaps.holes() > 0) {
      out.printf("INCOMPLETE: %s missing%n", StoreCommand.count(gaps.holes(), "block"));
    }
    if (gaps.history() > 0) {
      out.printf(
          "Earlier history is missing: %s that what is here stands on%n",
          StoreCommand.count(gaps.history(), "BOM or manifest")
              .replace("BOM or manifests", "BOMs or manifests"));
    }
    gaps.first().stream()
        .limit(SCREEN)
        .forEach(absence -> out.printf("  %s  %s%n", absence.cid(), absence.where()));
    long more = gaps.history() + gaps.holes() - SCREEN;
    if (more > 0) {
      out.printf("  and %,d more%n", more);
    }
  }

  /**
   * {@code "missing","missingHistory","pruned","elsewhere","unstored","first":[{"cid","where"}]}.
   */
  static void write(Gaps gaps, JsonGenerator json) throws IOException {
    json.writeNumberField("missing", gaps.holes());
    json.writeNumberField("missingHistory", gaps.history());
    json.writeNumberField("pruned", gaps.pruned());
    json.writeNumberField("elsewhere", gaps.elsewhere());
    json.writeNumberField("unstored", gaps.unstored());
    json.writeArrayFieldStart("first");
    for (Reach.Absence absence : gaps.first()) {
      json.writeStartObject();
      json.writeStringField("cid", absence.cid().toString());
      json.writeStringField("where", absence.where());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
