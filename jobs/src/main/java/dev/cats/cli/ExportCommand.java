package dev.cats.cli;

import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.lineage.Reach;
import dev.cats.transfer.CarExport;
import dev.cats.transfer.Gaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats export}: everything behind a CID in one file, for machines without a network. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes everything behind a CID to one file: a CAR archive, version 1, whose only root is the CID. Any",
      "IPFS node takes it (ipfs dag import FILE), and so does ./cats import. The file appears when it is whole."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats export HEAD --car usgs.car           all that was ever committed",
      "  ./cats export bafyrei… --car daily.car      a BOM and its whole history",
      "  ./cats export bafyrei… --car daily.car --no-history",
      "                                              a BOM with its lot, order, functions and files",
      "  ./cats export HEAD --car new.car --depth 1  the newest manifest and the one before, and their BOMs",
      "  ./cats export bafkrei… --car lot.car        a lot, a file, any block",
      "  ./cats export HEAD --car usgs.car --json    one object:",
      "    {\"root\",\"file\",\"bytes\",\"blocks\",\"manifests\",\"boms\",\"lots\",\"cut\",\"missing\",\"missingHistory\",\"pruned\",",
      "     \"elsewhere\",\"unstored\",\"first\":[{\"cid\",\"where\"}]}",
      "",
      "A history of any length is streamed. Exit codes: 0 all is in the file, 1 blocks are missing or damaged,",
      "2 the store cannot be asked or the file cannot be written."
    })
final class ExportCommand extends StoreCommand {

  @Parameters(paramLabel = "CID|HEAD", description = "A manifest, BOM, lot, file: any block.")
  private String target;

  @Option(names = "--car", paramLabel = "FILE", required = true, description = "Where it goes to.")
  private Path file;

  @Option(names = "--overwrite", description = "Replace FILE if there is one.")
  private boolean overwrite;

  @Mixin private DepthOption depth = new DepthOption();

  @Override
  int ask(BlockStore store) throws IOException {
    Reach.Scope scope = depth.scope("export");
    Cid root = where().target(store, target, "export");
    checkFile(file, "export", overwrite);
    if (!store.has(root)) {
      throw where().unknown(store, root, "export");
    }
    long started = System.nanoTime();
    Ticker ticker = new Ticker(err());
    CarExport.Report report =
        CarExport.write(
            store,
            root,
            scope,
            file,
            (blocks, bytes) ->
                ticker.at(
                    () -> "%s, %s so far".formatted(count(blocks, "block"), megabytes(bytes))));
    if (json()) {
      out().println(line(root, report));
    } else {
      print(root, report, Duration.ofNanos(System.nanoTime() - started));
    }
    return report.gaps().none() ? FINE : Failure.FOUND_WRONG;
  }

  /** Whether a file can be written, as far as can be told beforehand. */
  static void checkFile(Path file, String what, boolean overwrite) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
      throw Failure.usage(
          "Cannot %s to %s: %s"
              .formatted(
                  what,
                  file,
                  Files.isDirectory(file) ? "it is a folder" : "there is no folder " + folder),
          "Name a file in a folder that is there.");
    }
    if (Files.exists(file) && !overwrite) {
      throw Failure.usage(
          "Cannot %s to %s: there is such a file already".formatted(what, file),
          "Choose another name, or give --overwrite.");
    }
  }

  private void print(Cid root, CarExport.Report report, Duration took) {
    Reach.Tally tally = report.tally();
    out()
        .printf(
            Locale.ROOT,
            "%s: %s, %s, %s; %s in %s, %.1f s%n",
            file,
            count(tally.manifests(), "manifest"),
            count(tally.boms(), "BOM"),
            count(tally.lots(), "lot"),
            count(tally.blocks(), "block"),
            megabytes(report.bytes()),
            took.toMillis() / 1000.0);
    DepthOption.print(tally.cut(), out());
    GapsText.print(report.gaps(), out());
    out().printf("%nOn the other machine: ./cats import %s%n", file.getFileName());
    out().printf("             and then: ./cats verify %s%n", root);
  }

  private String line(Cid root, CarExport.Report report) {
    Reach.Tally tally = report.tally();
    Gaps gaps = report.gaps();
    return Json.object(
        json -> {
          json.writeStringField("root", root.toString());
          json.writeStringField("file", file.toString());
          json.writeNumberField("bytes", report.bytes());
          json.writeNumberField("blocks", tally.blocks());
          json.writeNumberField("manifests", tally.manifests());
          json.writeNumberField("boms", tally.boms());
          json.writeNumberField("lots", tally.lots());
          json.writeNumberField("cut", tally.cut());
          GapsText.write(gaps, json);
        });
  }
}
