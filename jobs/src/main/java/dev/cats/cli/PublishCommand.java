package dev.cats.cli;

import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.connector.ipfs.KuboBlockStore;
import dev.cats.connector.ipfs.KuboClient;
import dev.cats.connector.ipfs.KuboException;
import dev.cats.connector.ipfs.SegmentUpload;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import dev.cats.lineage.Reach;
import dev.cats.service.Services;
import dev.cats.transfer.Adoption;
import dev.cats.transfer.Fetch;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats publish}: a store, or what is behind a CID, to a node of IPFS. */
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    description = {
      "Brings a store to a node of IPFS (Kubo), from where anybody can fetch and check it. First the blocks, then",
      "pins, then the node's HEAD, then the name: nothing is named before it is stored. What the node has is not",
      "sent again, so a publish that was broken off goes on when it is repeated."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats publish                            all of cats-data, to the node that ./cats up kubo started for it",
      "  ./cats publish --to kubo://127.0.0.1:5001/usgs",
      "                                            to another node, as its store usgs",
      "  ./cats publish --name usgs                and make the name of the node's key usgs, which is made if there",
      "                                            is none, lead to it: ./cats verify ipns://…",
      "  ./cats publish bafyrei…                   what is behind a BOM or an older manifest, and nothing else",
      "  ./cats publish --pin none                 for a node that collects no garbage",
      "  ./cats publish --json                     one object:",
      "    {\"root\",\"from\",\"to\",\"segments\",\"segmentsThere\",\"blocks\",\"bytes\",\"pin\",\"pinned\",\"head\",\"name\"}",
      "",
      "A token for the node: CATS_KUBO_TOKEN, or --to 'kubo://…?token-file=FILE'.",
      "Exit codes: 0 it is there, 1 blocks here are damaged or missing, 2 the store or the node cannot be asked."
    })
final class PublishCommand extends StoreCommand {
  /** Imports, or blocks asked for, at a time. */
  private static final int IN_FLIGHT = 4;

  private static final Duration LIFETIME = Duration.ofDays(2);

  @Parameters(
      paramLabel = "CID|HEAD",
      arity = "0..1",
      defaultValue = "HEAD",
      description = "What to publish. Default: HEAD, with all that the store holds")
  private String target;

  @Option(
      names = "--to",
      paramLabel = "NODE",
      description =
          "kubo://HOST:PORT/NAME. Default: the node that ./cats up kubo started for the store")
  private String to;

  @Option(
      names = "--pin",
      paramLabel = "none|direct|recursive",
      defaultValue = "recursive",
      description = {
        "What keeps it from the node's garbage collection: one pin on the CID with all that is behind it, or a pin on",
        "each block (where parts were pruned or only hashed), or nothing. Default: ${DEFAULT-VALUE}"
      })
  private Pinning.Kind pin;

  @Option(
      names = "--name",
      paramLabel = "KEY",
      description = "Publish the CID under this key of the node (IPNS); self is the node's own.")
  private String key;

  @Override
  public Integer call() throws IOException {
    String node = node();
    try (BlockStore from = where().open();
        BlockStore opened = BlockStores.open(node)) {
      if (!(opened instanceof KuboBlockStore kubo)) {
        throw Failure.usage(
            "Cannot publish to %s: expected a node of IPFS, kubo://HOST:PORT/NAME".formatted(node),
            "Into another store: ./cats fetch %s --from %s --store %s"
                .formatted(target, where().location(), node));
      }
      checkThere(kubo);
      Cid root = where().target(from, target, "publish");
      if (!from.has(root)) {
        throw where().unknown(from, root, "publish");
      }
      try (BlockStore.Lock lock = lock(from, kubo)) {
        return publish(from, kubo, node, root);
      }
    } finally {
      out().flush();
    }
  }

  private BlockStore.Lock lock(BlockStore from, KuboBlockStore kubo) throws IOException {
    String holder = "publish of " + where().location();
    return from instanceof CarFolderBlockStore folder
        ? kubo.lock(holder, folder)
        : kubo.lock(holder);
  }

  private String node() throws IOException {
    if (to != null) {
      return to;
    }
    return Services.kubo(where().uri())
        .orElseThrow(
            () ->
                Failure.usage(
                    "Cannot publish: to which node? None runs for %s".formatted(where().location()),
                    "Start one: ./cats up kubo%s, or name one: --to kubo://HOST:PORT/NAME"
                        .formatted(where().option())));
  }

  private void checkThere(KuboBlockStore kubo) {
    try {
      kubo.checkReadable();
    } catch (IOException e) {
      throw Failure.usage(
          e.getMessage(),
          "Is it up, and is this its RPC? One of this machine: ./cats up kubo%s"
              .formatted(where().option()),
          e);
    }
  }

  /** What went over, and what did not have to. */
  private record Sent(long segments, long segmentsThere, long blocks, long bytes) {}

  private int publish(BlockStore from, KuboBlockStore kubo, String node, Cid root)
      throws IOException {
    long started = System.nanoTime();
    boolean all = from.head().equals(Optional.of(root));
    Optional<CarFolderBlockStore> folder =
        all && from instanceof CarFolderBlockStore whole ? Optional.of(whole) : Optional.empty();
    Sent first = folder.isPresent() ? segments(folder.get(), kubo) : behind(from, kubo, root);
    // To pin it all is to see that it is all there; so HEAD and name come after that.
    Pinned kept = pinned(from, folder, kubo, root, first);
    Sent sent = kept.sent();
    long pinned = kept.pins();
    moveHead(from, kubo, root, all);
    Optional<String> name = announce(kubo.node(), root);
    Optional<Cid> head = kubo.head();
    if (json()) {
      out()
          .println(
              Json.object(
                  json -> {
                    json.writeStringField("root", root.toString());
                    json.writeStringField("from", from.describe());
                    json.writeStringField("to", kubo.describe());
                    json.writeNumberField("segments", sent.segments());
                    json.writeNumberField("segmentsThere", sent.segmentsThere());
                    json.writeNumberField("blocks", sent.blocks());
                    json.writeNumberField("bytes", sent.bytes());
                    json.writeStringField("pin", pin.name().toLowerCase(Locale.ROOT));
                    json.writeNumberField("pinned", pinned);
                    json.writeStringField("head", head.map(Cid::toString).orElse(null));
                    json.writeStringField("name", name.orElse(null));
                  }));
    } else {
      Duration took = Duration.ofNanos(System.nanoTime() - started);
      print(kubo, node, root, sent, pinned, head, name, took);
    }
    return FINE;
  }

  private Sent segments(CarFolderBlockStore folder, KuboBlockStore kubo) throws IOException {
    return sent(
        pin == Pinning.Kind.NONE
            ? SegmentUpload.thorough(folder, kubo, IN_FLIGHT, progress())
            : SegmentUpload.run(folder, kubo, IN_FLIGHT, progress()));
  }

  private SegmentUpload.Progress progress() {
    Ticker ticker = new Ticker(err());
    return (done, of, bytes) ->
        ticker.at(
            () ->
                String.format(
                    Locale.ROOT,
                    "%,d of %s, %s sent so far",
                    done,
                    count(of, "segment"),
                    megabytes(bytes)));
  }

  private static Sent sent(SegmentUpload.Report report) {
    return new Sent(report.sent(), report.there(), report.blocks(), report.bytes());
  }

  private record Pinned(Sent sent, long pins) {}

  /**
   * Pins, and where the node turns out to have lost blocks of segments that it lists, as its
   * garbage collection takes them, sends those segments once more.
   */
  private Pinned pinned(
      BlockStore from,
      Optional<CarFolderBlockStore> folder,
      KuboBlockStore kubo,
      Cid root,
      Sent first)
      throws IOException {
    try {
      return new Pinned(first, Pinning.of(from, root, kubo.node(), pin, err()));
    } catch (KuboException e) {
      if (!e.isMissing()) {
        throw e;
      }
      if (folder.isEmpty()) {
        throw Pinning.explained(root, e);
      }
    }
    err().println("The node has lost blocks of what it lists; looking for each of them");
    err().flush();
    Sent again = sent(SegmentUpload.thorough(folder.get(), kubo, IN_FLIGHT, progress()));
    Sent sent =
        new Sent(
            first.segments() + again.segments(),
            Math.max(0, first.segmentsThere() - again.segments()),
            first.blocks() + again.blocks(),
            first.bytes() + again.bytes());
    try {
      return new Pinned(sent, Pinning.of(from, root, kubo.node(), pin, err()));
    } catch (KuboException e) {
      if (e.isMissing()) {
        throw Pinning.explained(root, e);
      }
      throw e;
    }
  }

  private Sent behind(BlockStore from, KuboBlockStore kubo, Cid root) throws IOException {
    Ticker ticker = new Ticker(err());
    Fetch.Report report =
        Fetch.run(
            from,
            kubo,
            root,
            Reach.Scope.WHOLE.inFlight(IN_FLIGHT),
            (blocks, bytes) ->
                ticker.at(
                    () ->
                        "%s sent with %s so far"
                            .formatted(count(blocks, "block"), megabytes(bytes))));
    if (!report.gaps().none()) {
      GapsText.print(report.gaps(), err());
      throw Failure.foundWrong(
          "Cannot publish %s: blocks behind it are missing here. What is here was sent; nothing was named\nTo list them: ./cats verify %s%s"
              .formatted(root, root, where().option()));
    }
    return new Sent(report.segments(), 0, report.added(), report.addedBytes());
  }

  /** Forwards only: a manifest that the node's chain has passed leaves its HEAD where it is. */
  private static void moveHead(BlockStore from, KuboBlockStore kubo, Cid root, boolean newest)
      throws IOException {
    if (!Document.isDocument(root)
        || !(new Documents(from).document(root, "what is published") instanceof Manifest)) {
      return;
    }
    Optional<Cid> head = kubo.head();
    if (!newest && head.isPresent()) {
      Chain chain = Chain.from(new Documents(kubo), head.get());
      for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
        if (at.get().cid().equals(root)) {
          return;
        }
      }
    }
    Adoption.of(kubo, root);
  }

  private Optional<String> announce(KuboClient node, Cid root) throws IOException {
    if (key == null) {
      return Optional.empty();
    }
    if (!node.keys().containsKey(key)) {
      node.newKey(key);
    }
    return Optional.of(node.publish(key, root, LIFETIME));
  }

  private void print(
      KuboBlockStore kubo,
      String node,
      Cid root,
      Sent sent,
      long pinned,
      Optional<Cid> head,
      Optional<String> name,
      Duration took) {
    out().printf("%s%n", kubo.describe());
    out()
        .printf(
            Locale.ROOT,
            "  sent  %s with %s in %s; %,d there already; %.1f s%n",
            count(sent.blocks(), "block"),
            megabytes(sent.bytes()),
            count(sent.segments(), "segment"),
            sent.segmentsThere(),
            took.toMillis() / 1000.0);
    if (pin == Pinning.Kind.NONE) {
      out().printf("  pins  none: the node's garbage collection, if it is on, takes this away%n");
    } else {
      out().printf("  pins  %s%n", count(pinned, pin == Pinning.Kind.DIRECT ? "block" : "root"));
    }
    out().printf("  HEAD  %s%n", head.map(Cid::toString).orElse("none"));
    if (!head.equals(Optional.of(root))) {
      out().printf("  CID   %s%n", root);
    }
    name.ifPresent(each -> out().printf("  name  ipns://%s%n", each));
    String what = head.equals(Optional.of(root)) ? "HEAD" : root.toString();
    out().printf("%nNext: ./cats verify %s --store %s%n", what, node);
    name.ifPresent(each -> out().printf("      ./cats verify ipns://%s --via %s%n", each, node));
  }

  /** Never asked: this command opens two stores. */
  @Override
  int ask(BlockStore store) {
    throw new UnsupportedOperationException();
  }
}
