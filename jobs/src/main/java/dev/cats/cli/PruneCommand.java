package dev.cats.cli;

import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.PrunableStore;
import dev.cats.retention.Keep;
import dev.cats.retention.Prune;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cats prune}: lets go of segments that no kept manifest needs. */
@Command(
    name = "prune",
    mixinStandardHelpOptions = true,
    description = {
      "Drops whole segments of a store that no kept manifest needs. A kept manifest needs its BOMs, their lots,",
      "orders, functions and files, and the same of the whole history behind them: what can be traced and",
      "verified from it before can be so after. All manifests stay, as the chain of what was committed; what",
      "only older ones led to is then said to be pruned. What was imported or fetched stays. The store must not",
      "be in use by a run. Killed in the middle, the store is right; prune again to go on."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats prune --keep 100 --dry-run        what would go, if the newest 100 manifests are kept",
      "  ./cats prune --keep 100                  that",
      "  ./cats prune --since 2026-11-01          keep what was committed since then (UTC)",
      "  ./cats prune --since 2026-11-01T12:00:00+01:00",
      "  ./cats prune --since bafyrei…            keep this manifest and all newer ones",
      "  ./cats prune --keep 1 --store /data/usgs --json    one object:",
      "    {\"dryRun\",\"keptFrom\",\"manifestsKept\",\"manifestsOlder\",\"segments\",\"blocks\",\"bytes\",\"segmentsLeft\",",
      "     \"bytesLeft\"}",
      "",
      "A run that is to go on from its state holds records of manifests as old as its windows: keep those, or what",
      "it commits next leads to what was pruned.",
      "HEAD is always kept. Exit codes: 0 done, also if nothing could go; 1 what is to be kept is damaged, and so",
      "nothing was dropped; 2 the store cannot be pruned."
    })
final class PruneCommand extends StoreCommand {

  @Option(names = "--keep", paramLabel = "N", description = "Keep the newest N manifests.")
  private Long keep;

  @Option(
      names = "--since",
      paramLabel = "DATE|CID",
      description = "Keep the manifests sealed since then, or from this one on.")
  private String since;

  @Option(names = "--dry-run", description = "Only say what would be dropped.")
  private boolean dryRun;

  @Override
  int ask(BlockStore store) throws IOException {
    Keep kept = kept();
    where().head(store, "prune");
    if (!(store instanceof PrunableStore prunable)) {
      throw Failure.usage(
          "Cannot prune %s: it does not keep its blocks in segments".formatted(store.describe()),
          "Prune the folder that they were published from.");
    }
    Ticker ticker = new Ticker(err());
    Prune.Progress progress =
        blocks -> ticker.at(() -> "%s looked at so far".formatted(count(blocks, "block")));
    Prune.Report report;
    if (dryRun) {
      report = Prune.run(prunable, kept, true, progress);
    } else {
      try (BlockStore.Lock lock = store.lock("prune")) {
        report = Prune.run(prunable, kept, false, progress);
      }
    }
    if (json()) {
      out().println(line(report));
    } else {
      print(report);
    }
    return FINE;
  }

  private Keep kept() {
    if ((keep == null) == (since == null)) {
      throw Failure.usage(
          "Cannot prune: expected --keep or --since, found " + (keep == null ? "neither" : "both"),
          "Try: ./cats prune --keep 100 --dry-run");
    }
    if (keep != null) {
      if (keep < 1) {
        throw Failure.usage(
            "Invalid --keep: expected 1 or more, found " + keep, "HEAD is always kept.");
      }
      return new Keep.Newest(keep);
    }
    try {
      return since.startsWith("b") ? new Keep.From(Cid.parse(since)) : new Keep.Since(time());
    } catch (DecodeException | DateTimeParseException e) {
      throw Failure.usage(
          "Invalid --since: expected a date, a time or the CID of a manifest, found " + since,
          "Try: --since 2026-11-01, or --since 2026-11-01T12:00:00Z",
          e);
    }
  }

  private Instant time() {
    return since.contains("T")
        ? OffsetDateTime.parse(since).toInstant()
        : LocalDate.parse(since).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private void print(Prune.Report report) {
    out()
        .printf(
            Locale.ROOT,
            "%s %s with %s, %,d bytes; %s with %,d bytes %s%n",
            dryRun ? "Would drop" : "Dropped",
            count(report.segments().size(), "segment"),
            count(report.blocks(), "block"),
            report.bytes(),
            count(report.segmentsLeft(), "segment"),
            report.bytesLeft(),
            dryRun ? "would be left" : "left");
    out()
        .printf(
            "Kept: %s from HEAD to %s, and the history behind what they committed%n",
            count(report.kept(), "manifest"), report.keptFrom());
    if (report.older() > 0) {
      out()
          .printf(
              "Before that: %s, which stay as what was committed%n",
              count(report.older(), "manifest"));
    }
    if (!dryRun && !report.segments().isEmpty()) {
      out().printf("%nNext: ./cats verify HEAD%s%n", where().option());
    }
  }

  private String line(Prune.Report report) {
    return Json.object(
        json -> {
          json.writeBooleanField("dryRun", dryRun);
          json.writeStringField("keptFrom", report.keptFrom().toString());
          json.writeNumberField("manifestsKept", report.kept());
          json.writeNumberField("manifestsOlder", report.older());
          json.writeNumberField("segments", report.segments().size());
          json.writeNumberField("blocks", report.blocks());
          json.writeNumberField("bytes", report.bytes());
          json.writeNumberField("segmentsLeft", report.segmentsLeft());
          json.writeNumberField("bytesLeft", report.bytesLeft());
        });
  }
}
