package dev.cats.cli;

import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.replay.IntegrityCheck;
import dev.cats.replay.IntegrityReport;
import dev.cats.replay.IntegrityReport.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * {@code cats verify}: fetches, hashes and decodes everything that can be reached, and says what is
 * wrong.
 */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Fetches, hashes and decodes every block that can be reached, follows its links and compares what the",
      "documents say of each other: signatures, the chain, record counts, lineage. From HEAD it also reads what is",
      "committed and linked from nowhere, and the indexes."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats verify HEAD                     everything that was ever committed to cats-data",
      "  ./cats verify bafyrei…                 one BOM and the whole history behind it",
      "  ./cats verify HEAD --store /data/usgs  another store",
      "  ./cats verify ipns://k51… --via gateway+https://HOST",
      "                                         what somebody published under a name, for who has the name alone",
      "  ./cats verify HEAD --json              every problem, as",
      "    {\"ok\",\"blocks\",\"boms\",\"manifests\",\"pruned\" (after ./cats prune),\"problems\":[{\"kind\",\"cid\",\"where\",\"message\"}]}",
      "",
      "Exit codes: 0 all is well, 1 something is wrong, 2 the store cannot be asked."
    })
final class VerifyCommand extends StoreCommand {
  private static final String HEAD = "HEAD";

  @Parameters(
      paramLabel = "CID|HEAD|ipns://NAME",
      description =
          "Where to begin: a manifest, a BOM, any block. HEAD is the newest manifest; a name leads to one.")
  private String target;

  @Mixin private ViaOption via = new ViaOption();

  @Override
  BlockStore open() throws IOException {
    return via.open(target, where(), err());
  }

  @Override
  int ask(BlockStore store) throws IOException {
    Cid root = where().target(store, target, "verify");
    long started = System.nanoTime();
    Ticker ticker = new Ticker(err());
    IntegrityReport report =
        IntegrityCheck.run(
            store,
            root,
            (blocks, bytes, problems) ->
                ticker.at(
                    () ->
                        "%s, %s, %s so far"
                            .formatted(
                                count(blocks, "block"),
                                megabytes(bytes),
                                count(problems, "problem"))));
    if (target.equals(HEAD)) {
      report = report.and(store.inspect());
    }
    if (json()) {
      out().println(line(report));
    } else {
      print(report, Duration.ofNanos(System.nanoTime() - started));
    }
    return report.ok() ? FINE : Failure.FOUND_WRONG;
  }

  private void print(IntegrityReport report, Duration took) {
    out()
        .printf(
            Locale.ROOT,
            "%s: %s, %s, %s in %s; %s with %s fetched, hashed and decoded in %.1f s%n",
            report.ok() ? "ok" : "WRONG",
            count(report.manifests(), "manifest"),
            count(report.boms(), "BOM"),
            count(report.records(), "record"),
            count(report.lots(), "lot"),
            count(report.blocks(), "block"),
            megabytes(report.bytes()),
            took.toMillis() / 1000.0);
    if (report.unstored() > 0) {
      out()
          .printf(
              "%s only hashed, as configured (cats.lot.store: ends)%n",
              count(report.unstored(), "lot"));
    }
    if (report.pruned() > 0) {
      out()
          .printf(
              "%s that only older manifests name %s pruned, on purpose%n",
              count(report.pruned(), "block"), report.pruned() == 1 ? "was" : "were");
    }
    if (!report.ok()) {
      Problem first = report.problems().get(0);
      out().println();
      out().println(Failures.onScreen(first.message()));
      out().println("  where     " + first.where());
      long more = report.problems().size() - 1 + report.unlisted();
      if (more > 0) {
        out()
            .printf(
                "%n%s more: ./cats verify %s%s --json%n",
                count(more, "problem"), target, where().option());
      }
    }
  }

  private static String line(IntegrityReport report) {
    return Json.object(
        json -> {
          json.writeBooleanField("ok", report.ok());
          json.writeNumberField("blocks", report.blocks());
          json.writeNumberField("boms", report.boms());
          json.writeNumberField("manifests", report.manifests());
          if (report.pruned() > 0) {
            json.writeNumberField("pruned", report.pruned());
          }
          json.writeArrayFieldStart("problems");
          for (Problem problem : report.problems()) {
            json.writeStartObject();
            json.writeStringField("kind", problem.kind());
            json.writeStringField("cid", problem.cid().toString());
            json.writeStringField("where", problem.where());
            json.writeStringField("message", problem.message());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
