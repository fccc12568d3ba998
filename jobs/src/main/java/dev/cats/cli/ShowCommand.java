package dev.cats.cli;

import dev.cats.bom.LotReader;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DagJson;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats show}: any document as DAG-JSON, any lot as records, any file that holds a block. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description =
        "Shows what a CID names: a document as DAG-JSON, a lot as one JSON line per record.",
    footer = {
      "",
      "Examples:",
      "  ./cats show HEAD                the newest manifest",
      "  ./cats show bafyrei…            a BOM, order, function or structure, laid out for people",
      "  ./cats show bafyrei… --json     the same on one line",
      "  ./cats show bafkrei… | head -3  the first records of a lot",
      "  ./cats show ipns://k51… --via kubo://127.0.0.1:5001",
      "                                  the newest manifest that is published under a name",
      "  ./cats show --file a.cbor b.avro",
      "                                  blocks from files, a JSON line each: {\"file\",\"cid\",\"value\"}, or",
      "                                  {\"file\",\"error\"} and exit code 1",
      "",
      "A file holds one block of at most 2 MiB. Which codec it is of, its bytes say: strict dag-cbor, or a lot (an",
      "Avro object container file, whose value is the list of its records). Anything else is refused, unless its name",
      "ends in .raw or .dag-pb. Blocks in a store that are neither document nor lot: dag-pb is shown as its entries or links, raw",
      "bytes as text if they are text, else in hexadecimal, and with --json as DAG-JSON bytes."
    })
final class ShowCommand extends StoreCommand {

  @Parameters(paramLabel = "CID|HEAD|ipns://NAME", arity = "0..1", description = "What to show.")
  private String target;

  @Option(
      names = "--file",
      paramLabel = "F",
      arity = "1..*",
      description = "Files that hold one block each, instead of a CID.")
  private List<Path> files;

  @Override
  public Integer call() throws IOException {
    if ((target == null) == (files == null)) {
      throw Failure.usage(
          "Cannot show: expected a CID or --file, found " + (target == null ? "neither" : "both"),
          "Try: ./cats show HEAD, or ./cats show --help");
    }
    return files == null ? super.call() : showFiles();
  }

  @Mixin private ViaOption via = new ViaOption();

  @Override
  BlockStore open() throws IOException {
    return via.open(target, where(), err());
  }

  @Override
  int ask(BlockStore store) throws IOException {
    Cid cid = where().target(store, target, "show");
    Optional<Block> found = store.get(cid);
    if (found.isEmpty()) {
      throw where().unknown(store, cid, "show");
    }
    Block block = found.get();
    try {
      if (cid.codec() == Cid.DAG_CBOR) {
        Node node = DagCbor.decode(block.bytes());
        out().println(json() ? DagJson.encode(node) : DagJson.pretty(node));
      } else if (cid.codec() == Cid.RAW && Documents.looksLikeLot(block.bytes())) {
        LotReader lot = LotReader.of(block);
        for (int i = 0; i < lot.records() && !out().checkError(); i++) {
          out().println(lot.json(i));
        }
      } else {
        OtherBlock.print(block, json(), out());
      }
    } catch (DecodeException | IllegalArgumentException e) { // DAG-JSON cannot say everything
      throw Failure.foundWrong("Cannot show %s: %s".formatted(cid, e.getMessage()));
    }
    return FINE;
  }

  private int showFiles() {
    int refused = 0;
    for (Path file : files) {
      BlockFile block = BlockFile.read(file);
      out().println(block.line());
      refused += block.isRefused() ? 1 : 0;
    }
    out().flush();
    return refused == 0 ? FINE : Failure.FOUND_WRONG;
  }
}
