package dev.cats.cli;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.lineage.Documents;
import dev.cats.lineage.History;
import dev.cats.lineage.RecordTrace;
import dev.cats.lineage.Trace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats trace}: what a lot was made from, as a tree of BOMs or record by record. */
@Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the history behind a BOM or a lot, as a tree down to the source records. Each BOM is shown once;",
      "where it is met again, the tree refers to it."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats trace bafyrei…              a BOM (./cats log prints some)",
      "  ./cats trace bafkrei…              a lot: the BOM is looked up in the manifest chain",
      "  ./cats trace bafyrei… --records 3  the records behind record 3 (from 0), step by step",
      "  ./cats trace bafyrei… --depth 1    only what it was made from directly",
      "  ./cats trace bafyrei… --down       the other way: what was made from it",
      "  ./cats trace HEAD                  the newest result of the newest manifest",
      "  ./cats trace ipns://k51… --via gateway+https://HOST",
      "                                     that of what somebody published under a name",
      "  ./cats trace bafyrei… --json       one object:",
      "    {\"root\",\"direction\",\"partial\",\"boms\":[{\"bom\",\"step\",\"distance\",\"order\",\"data\",\"records\",\"bytes\",",
      "     \"links\":[{\"bom\",\"records\"}],\"origins\":[…],\"cut\"}]}",
      "  with --records and --json, an object per record:",
      "    {\"distance\",\"step\",\"bom\",\"data\",\"index\",\"record\",\"origins\":[…]}"
    })
final class TraceCommand extends StoreCommand {

  @Parameters(
      paramLabel = "CID|HEAD|ipns://NAME",
      description = "A BOM or a lot; of a manifest, the newest result that it committed.")
  private String target;

  @Mixin private ViaOption via = new ViaOption();

  @Option(
      names = "--records",
      paramLabel = "N",
      description = "The records behind record N of the lot, numbered from 0.")
  private Integer record;

  @Option(
      names = "--depth",
      paramLabel = "D",
      defaultValue = "64",
      description = "At most so many steps away. Default: ${DEFAULT-VALUE}")
  private int depth;

  @Option(
      names = "--down",
      description = "What was made from it, instead of what it was made from.")
  private boolean down;

  @Override
  BlockStore open() throws IOException {
    return via.open(target, where(), err());
  }

  @Override
  int ask(BlockStore store) throws IOException {
    if (depth < 0) {
      throw Failure.usage(
          "Invalid --depth: expected 0 or more, found " + depth, "Try: ./cats trace CID --depth 2");
    }
    if (down && record != null) {
      throw Failure.usage("Cannot trace --records downwards.", "Leave out --down, or --records.");
    }
    Documents documents = new Documents(store);
    Cid bom = bom(store, documents);
    if (record != null) {
      return records(documents, bom);
    }
    History history = new History(documents);
    History.Bounds bounds = History.Bounds.DEFAULT.depth(depth);
    Trace trace = down ? history.downstream(bom, bounds) : history.upstream(bom, bounds);
    if (json()) {
      out().println(TraceText.json(trace, down));
    } else {
      TraceText.print(trace, out());
      if (trace.partial()) {
        out()
            .printf(
                "%nThis is partial: the walk stopped %d steps away or at %s. Further: --depth %d%n",
                bounds.depth(), count(bounds.boms(), "BOM"), 2 * Math.max(1, bounds.depth()));
      }
    }
    return FINE;
  }

  /** The BOM that the argument means. */
  private Cid bom(BlockStore store, Documents documents) throws IOException {
    Cid cid = where().target(store, target, "trace");
    Optional<Block> block = store.get(cid);
    if (Document.isDocument(cid)) {
      if (block.isEmpty()) {
        throw where().unknown(store, cid, "trace");
      }
      try {
        Document document = Document.of(block.get());
        if (document instanceof Bom) {
          return cid;
        }
        if (document instanceof Manifest manifest) {
          return result(documents, manifest);
        }
        throw Failure.usage(
            "Cannot trace %s: expected a BOM or a lot, found %s".formatted(cid, document.kind()),
            "See what it names: ./cats show %s%s".formatted(target, where().option()));
      } catch (DecodeException e) {
        throw Failure.usage(
            "Cannot trace %s: expected a BOM or a lot, found other data (%s)"
                .formatted(cid, e.getMessage()),
            "See what it is: ./cats show %s%s".formatted(target, where().option()),
            e);
      }
    }
    List<Cid> delivering = new History(documents).delivering(cid);
    if (delivering.isEmpty()) {
      if (block.isEmpty()) {
        throw where().unknown(store, cid, "trace");
      }
      throw Failure.usage(
          "Cannot trace %s: no committed BOM delivered it".formatted(cid),
          "See what it is: ./cats show %s%s".formatted(target, where().option()));
    }
    if (delivering.size() > 1) {
      err()
          .printf(
              "%s delivered equal lots; this is the newest. The others:%n",
              count(delivering.size(), "BOM"));
      delivering.stream().skip(1).limit(5).forEach(other -> err().println("  " + other));
      err().flush();
    }
    return delivering.get(0);
  }

  /**
   * Of what a manifest committed, the last BOM of a main output that no other of its BOMs stands
   * on.
   */
  private Cid result(Documents documents, Manifest manifest) throws IOException {
    List<Cid> results = new ArrayList<>();
    Set<Cid> inputs = new HashSet<>();
    String role = "committed by manifest " + manifest.cid();
    for (Cid cid : documents.boms(manifest)) {
      if (!documents.store().wasPruned(cid)) {
        Bom bom = documents.bom(cid, role);
        inputs.addAll(documents.inputs(bom).boms());
        if (documents.order(bom).output().isEmpty()) {
          results.add(cid);
        }
      }
    }
    results.removeAll(inputs);
    if (results.isEmpty()) {
      throw Failure.usage(
          "Cannot trace manifest %s: it committed no result".formatted(manifest.cid()),
          "See what it did: ./cats log%s".formatted(where().option()));
    }
    Cid newest = results.remove(results.size() - 1);
    if (!results.isEmpty()) {
      err().printf("A result of manifest %s; the others:%n", manifest.cid());
      results.stream().limit(5).forEach(other -> err().println("  " + other));
      err().flush();
    }
    return newest;
  }

  private int records(Documents documents, Cid cid) throws IOException {
    int records = documents.bom(cid, "the BOM asked for").output().records();
    if (record < 0 || record >= records) {
      throw Failure.usage(
          "Cannot trace record %d of BOM %s: its lot has %s, numbered from 0"
              .formatted(record, cid, count(records, "record")),
          "Try: ./cats trace %s%s --records %d".formatted(target, where().option(), records - 1));
    }
    TraceText.RecordPrinter printer = new TraceText.RecordPrinter(out(), json());
    boolean whole = new RecordTrace(documents).walk(cid, record, depth, printer);
    if (!json()) {
      printer.summary();
    }
    if (!whole) {
      err()
          .printf(
              "This is partial: the walk stopped %d steps away. Further: --depth %d%n",
              depth, 2 * Math.max(1, depth));
      err().flush();
    }
    return FINE;
  }
}
