package dev.cats.cli;

import dev.cats.lineage.Reach;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** How much of a history goes along. */
final class DepthOption {

  @Option(
      names = "--depth",
      paramLabel = "N",
      description =
          "Only N steps of history, from a BOM to those it stands on, or to the manifest before. Default: all")
  private Integer depth;

  @Option(
      names = "--no-history",
      description =
          "Without history, as --depth 0: a BOM with its lot, order, functions and files.")
  private boolean none;

  Reach.Scope scope(String verb) {
    if (none && depth != null) {
      throw Failure.usage(
          "Cannot " + verb + " with both --depth and --no-history.", "Leave out one of them.");
    }
    if (depth != null && depth < 0) {
      throw Failure.usage(
          "Invalid --depth: expected 0 or more, found " + depth,
          "Try: --depth 2, or leave it out for the whole history.");
    }
    return none
        ? Reach.Scope.WHOLE.depth(0)
        : depth == null ? Reach.Scope.WHOLE : Reach.Scope.WHOLE.depth(depth);
  }

  /** Says in how many places history was left out. */
  static void print(long cut, PrintWriter out) {
    if (cut > 0) {
      out.printf(
          "Left out, as asked: what is further back (%s where history goes on)%n",
          StoreCommand.count(cut, "place"));
    }
  }
}
