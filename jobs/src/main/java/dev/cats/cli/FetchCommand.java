package dev.cats.cli;

import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.lineage.Documents;
import dev.cats.lineage.Reach;
import dev.cats.transfer.Adoption;
import dev.cats.transfer.Fetch;
import dev.cats.transfer.Output;
import dev.cats.transfer.RecordFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats fetch}: what is behind a CID, from another store; or an output's records. */
@Command(
    name = "fetch",
    mixinStandardHelpOptions = true,
    description = {
      "Brings everything behind a CID from another store into this one: a BOM with its whole history, a manifest",
      "with its chain, a file. Every block is hashed and compared; what is here already is not fetched again, so",
      "a fetch that was broken off goes on. With --records it writes an output's records to a file instead."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats fetch bafyrei… --from /mnt/theirs    a BOM and its history, into cats-data",
      "  ./cats fetch HEAD --from /mnt/theirs --head --store copy",
      "                                              all of it, with HEAD: a copy to ask and verify",
      "  ./cats fetch ipns://k51… --via kubo://127.0.0.1:5001 --head --store copy",
      "                                              what is published under a name, through a node or a gateway",
      "  ./cats fetch bafyrei… --from /mnt/theirs --no-history",
      "                                              a BOM with its lot, order, functions and files",
      "  ./cats fetch bafyrei… --from /mnt/theirs --records csv --out daily.csv",
      "                                              the records of a BOM's lot, or of a lot",
      "  ./cats fetch HEAD --records jsonl --step daily",
      "                                              all that a step ever made, oldest first; of this store",
      "  ./cats fetch HEAD --records avro --step daily --depth 0 --out daily.avro",
      "                                              what it made in the newest manifest",
      "  ./cats fetch bafyrei… --from /mnt/theirs --json    one object:",
      "    {\"root\",\"from\",\"blocks\",\"manifests\",\"boms\",\"lots\",\"added\",\"addedBytes\",\"segments\",\"cut\",",
      "     \"missing\",\"missingHistory\",\"pruned\",\"elsewhere\",\"unstored\",\"first\":[{\"cid\",\"where\"}]}",
      "",
      "Exit codes: 0 it is here, 1 blocks are missing or damaged, 2 a store cannot be asked or written."
    })
final class FetchCommand extends StoreCommand {
  /** Blocks asked for at a time of stores over a network. */
  private static final int IN_FLIGHT = 16;

  @Parameters(
      paramLabel = "CID|HEAD|ipns://NAME",
      description = "What to fetch; HEAD is that of --from.")
  private String target;

  @Option(
      names = "--from",
      paramLabel = "STORE",
      description = "The store that has it: a folder or a URI. Without it: that of --store.")
  private String from;

  @Mixin private ViaOption via = new ViaOption();

  @Mixin private DepthOption depth = new DepthOption();

  @Option(names = "--head", description = "Make the CID, a manifest, this store's HEAD.")
  private boolean head;

  @Option(
      names = "--records",
      paramLabel = "csv|jsonl|avro",
      description = "Write the records of a lot, a BOM, or a manifest's step, and add no blocks.")
  private RecordFile.Format records;

  @Option(
      names = "--step",
      paramLabel = "NAME",
      description = "The step, for a manifest's records.")
  private String step;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the records go to. Default: standard output")
  private Path file;

  @Option(names = "--overwrite", description = "Replace FILE if there is one.")
  private boolean overwrite;

  @Override
  public Integer call() throws IOException {
    Reach.Scope scope = depth.scope("fetch");
    if (ViaOption.isName(target)) {
      if (from != null) {
        throw Failure.usage(
            "Cannot fetch %s from %s: a name says itself what it leads to.".formatted(target, from),
            "By way of a node or a gateway: --via STORE instead of --from");
      }
      from = via.uri(target, where());
      target = "HEAD";
    } else {
      via.checkUnused();
    }
    if (records == null && from == null) {
      throw Failure.usage(
          "Cannot fetch %s: from where?".formatted(target),
          "Name the store that has it: --from DIR, or a URI.");
    }
    if (records == null && (file != null || step != null)) {
      throw Failure.usage(
          "Cannot fetch with --%s and without --records.".formatted(file != null ? "out" : "step"),
          "Add --records csv, jsonl or avro.");
    }
    if (records != null && head) {
      throw Failure.usage(
          "Cannot move HEAD with --records, which adds no blocks.", "Leave out one of them.");
    }
    try (BlockStore source = from == null ? where().open() : StoreOption.opened(from)) {
      source.checkReadable();
      Cid root = root(source);
      return records == null ? fetch(source, root, scope) : records(source, root, scope);
    } finally {
      out().flush();
    }
  }

  private Cid root(BlockStore source) throws IOException {
    if (from == null) {
      return where().target(source, target, "fetch");
    }
    if (target.equals("HEAD")) {
      return source
          .head()
          .orElseThrow(
              () ->
                  Failure.usage(
                      "Cannot fetch HEAD: %s has no manifest".formatted(source.describe()),
                      "Name a CID, or another store with --from."));
    }
    return where().target(source, target, "fetch");
  }

  private int fetch(BlockStore source, Cid root, Reach.Scope scope) throws IOException {
    long started = System.nanoTime();
    boolean remote = from.matches(StoreOption.URI_FORM) && !from.matches("(file|memory):.*");
    Ticker ticker = new Ticker(err());
    Fetch.Report report;
    try (BlockStore store = where().openToAdd();
        BlockStore.Lock lock = store.lock("fetch of " + root)) {
      report =
          Fetch.run(
              source,
              store,
              root,
              remote ? scope.inFlight(IN_FLIGHT) : scope,
              (blocks, bytes) ->
                  ticker.at(
                      () ->
                          "%s new with %s so far"
                              .formatted(count(blocks, "block"), megabytes(bytes))));
      if (head) {
        Adoption.of(store, root);
      }
    }
    if (json()) {
      out().println(line(source, root, report));
    } else {
      print(root, report, Duration.ofNanos(System.nanoTime() - started));
    }
    return report.gaps().none() ? FINE : Failure.FOUND_WRONG;
  }

  private void print(Cid root, Fetch.Report report, Duration took) {
    Reach.Tally tally = report.tally();
    out()
        .printf(
            Locale.ROOT,
            "%s: %s, %s, %s in %s; %s new with %s, %.1f s%n",
            root,
            count(tally.manifests(), "manifest"),
            count(tally.boms(), "BOM"),
            count(tally.lots(), "lot"),
            count(tally.blocks(), "block"),
            String.format(Locale.ROOT, "%,d", report.added()),
            megabytes(report.addedBytes()),
            took.toMillis() / 1000.0);
    DepthOption.print(tally.cut(), out());
    GapsText.print(report.gaps(), out());
    out().printf("%nNext: ./cats verify %s%s%n", head ? "HEAD" : root, where().option());
  }

  private String line(BlockStore source, Cid root, Fetch.Report report) {
    return Json.object(
        json -> {
          json.writeStringField("root", root.toString());
          json.writeStringField("from", source.describe());
          json.writeNumberField("blocks", report.tally().blocks());
          json.writeNumberField("manifests", report.tally().manifests());
          json.writeNumberField("boms", report.tally().boms());
          json.writeNumberField("lots", report.tally().lots());
          json.writeNumberField("added", report.added());
          json.writeNumberField("addedBytes", report.addedBytes());
          json.writeNumberField("segments", report.segments());
          json.writeNumberField("cut", report.tally().cut());
          GapsText.write(report.gaps(), json);
        });
  }

  private int records(BlockStore source, Cid root, Reach.Scope scope) throws IOException {
    Output output = Output.of(new Documents(source), root);
    checkStep(output.steps());
    long manifests = scope.depth() + 1L;
    if (file == null) {
      if (records == RecordFile.Format.AVRO) {
        throw Failure.usage("Cannot write Avro to a terminal.", "Name a file: --out records.avro");
      }
      long written = write(output, manifests, new TextOutput(out()));
      err().printf("%s%n", count(written, "record"));
      err().flush();
      return FINE;
    }
    ExportCommand.checkFile(file, "write records", overwrite);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    long written;
    try (OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(part))) {
      written = write(output, manifests, out);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(part);
      throw e;
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (json()) {
      out()
          .println(
              Json.object(
                  json -> {
                    json.writeStringField("root", root.toString());
                    json.writeStringField("file", file.toString());
                    json.writeNumberField("records", written);
                  }));
    } else {
      out().printf("%s: %s%n", file, count(written, "record"));
    }
    return FINE;
  }

  private void checkStep(Set<String> steps) {
    if (!steps.isEmpty() && (step == null || !steps.contains(step))) {
      throw Failure.usage(
          step == null
              ? "Cannot write the records of %s: of which step?".formatted(target)
              : "Cannot write the records of step %s: %s has none".formatted(step, target),
          "Choose one with --step: " + String.join(", ", steps));
    }
  }

  private long write(Output output, long manifests, OutputStream out) throws IOException {
    Ticker ticker = new Ticker(err());
    try (RecordFile written = new RecordFile(records, out)) {
      output.lots(
          step,
          manifests,
          (cid, lot) -> {
            written.add(cid, lot);
            ticker.at(
                () ->
                    "%s of %s so far"
                        .formatted(
                            count(written.records(), "record"), count(written.lots(), "lot")));
          });
      if (output.pruned() > 0) {
        err()
            .printf(
                "Without what was pruned: %s of older manifests, of whichever step%n",
                count(output.pruned(), "BOM"));
        err().flush();
      }
      return written.records();
    }
  }

  /** Never asked: this command opens two stores. */
  @Override
  int ask(BlockStore store) {
    throw new UnsupportedOperationException();
  }
}
