package dev.cats.cli;

import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.transfer.Adoption;
import dev.cats.transfer.CarImport;
import dev.cats.transfer.Gaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats import}: the blocks of an archive, into a store. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Adds the blocks of a CAR archive (version 1: of ./cats export, ipfs dag export, …) to a store. Every block",
      "is hashed and compared first: of an archive that is cut short or has one wrong bit, nothing is added. To",
      "import it again changes nothing. The store must not be in use by a run."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats import usgs.car                       into cats-data, which is made if it is not there",
      "  ./cats import usgs.car --store /data/theirs  into another store",
      "  ./cats import usgs.car --head                and make its root, a manifest, this store's HEAD, if there",
      "                                               is none yet or the root's chain goes on from it",
      "  ./cats import usgs.car --json                one object:",
      "    {\"file\",\"bytes\",\"blocks\",\"added\",\"addedBytes\",\"segments\",\"head\",\"roots\":[{\"root\",",
      "     \"missing\",\"missingHistory\",\"pruned\",\"elsewhere\",\"unstored\",\"first\":[{\"cid\",\"where\"}]}]}",
      "",
      "Exit codes: 0 it is in, 1 the archive is damaged, or blocks are missing behind its root (other than",
      "history that was left out, which is only said), 2 it cannot be read or the store not be written."
    })
final class ImportCommand extends StoreCommand {

  @Parameters(paramLabel = "FILE", description = "The archive.")
  private Path file;

  @Option(names = "--head", description = "Make the archive's root this store's HEAD.")
  private boolean head;

  @Override
  public Integer call() throws IOException {
    if (!Files.isRegularFile(file)) {
      throw Failure.usage(
          "Cannot import %s: %s"
              .formatted(file, Files.exists(file) ? "it is no file" : "there is no such file"),
          "Expected a CAR archive, such as ./cats export writes.");
    }
    try (BlockStore store = where().openToAdd();
        BlockStore.Lock lock = store.lock("import of " + file.getFileName())) {
      return ask(store);
    } finally {
      out().flush();
    }
  }

  @Override
  int ask(BlockStore store) throws IOException {
    long started = System.nanoTime();
    CarImport.Report report = read(store);
    Optional<Cid> adopted = Optional.empty();
    if (head) {
      adopted = Optional.of(adopt(store, report));
    }
    if (json()) {
      out().println(line(report, adopted));
    } else {
      print(report, adopted, Duration.ofNanos(System.nanoTime() - started));
    }
    boolean whole = report.roots().values().stream().allMatch(gaps -> gaps.holes() == 0);
    return whole ? FINE : Failure.FOUND_WRONG;
  }

  private CarImport.Report read(BlockStore store) throws IOException {
    long size = Files.size(file);
    Ticker ticker = new Ticker(err());
    try {
      return CarImport.read(
          file,
          store,
          (blocks, bytes) ->
              ticker.at(
                  () ->
                      "%s of %s %s"
                          .formatted(
                              megabytes(bytes <= size ? bytes : bytes - size),
                              megabytes(size),
                              bytes <= size ? "checked" : "added")));
    } catch (DecodeException e) {
      throw Failure.foundWrong(
          "Cannot import %s: %s%nNothing of it was added. Get the file again, or export it anew."
              .formatted(file, e.getMessage()));
    }
  }

  private Cid adopt(BlockStore store, CarImport.Report report) throws IOException {
    if (report.roots().size() != 1) {
      throw Failure.usage(
          "Cannot make a root of %s HEAD: it has %d roots".formatted(file, report.roots().size()),
          "Its blocks are in the store. Leave out --head.");
    }
    Cid root = report.roots().keySet().iterator().next();
    Adoption.of(store, root);
    return root;
  }

  private void print(CarImport.Report report, Optional<Cid> adopted, Duration took) {
    out()
        .printf(
            Locale.ROOT,
            "%s: %s checked, %s new with %s, in %s, %.1f s%n",
            file,
            count(report.blocks(), "block"),
            String.format(Locale.ROOT, "%,d", report.added()),
            megabytes(report.addedBytes()),
            count(report.segments(), "segment"),
            took.toMillis() / 1000.0);
    for (Map.Entry<Cid, Gaps> root : report.roots().entrySet()) {
      out()
          .printf(
              "%nroot %s%s%n",
              root.getKey(), root.getValue().none() ? ": all that is behind it is here" : "");
      GapsText.print(root.getValue(), out());
    }
    adopted.ifPresent(cid -> out().printf("%nHEAD %s%n", cid));
    String next =
        adopted.isPresent()
            ? "HEAD"
            : report.roots().keySet().stream().findFirst().map(Cid::toString).orElse("CID");
    out().printf("%nNext: ./cats verify %s%s%n", next, where().option());
  }

  private String line(CarImport.Report report, Optional<Cid> adopted) {
    return Json.object(
        json -> {
          json.writeStringField("file", file.toString());
          json.writeNumberField("bytes", report.bytes());
          json.writeNumberField("blocks", report.blocks());
          json.writeNumberField("added", report.added());
          json.writeNumberField("addedBytes", report.addedBytes());
          json.writeNumberField("segments", report.segments());
          if (adopted.isPresent()) {
            json.writeStringField("head", adopted.get().toString());
          } else {
            json.writeNullField("head");
          }
          json.writeArrayFieldStart("roots");
          for (Map.Entry<Cid, Gaps> root : report.roots().entrySet()) {
            json.writeStartObject();
            json.writeStringField("root", root.getKey().toString());
            GapsText.write(root.getValue(), json);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
