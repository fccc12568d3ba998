package dev.cats.replay;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.Function;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.bom.Page;
import dev.cats.bom.Structure;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DagCbor;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import dev.cats.content.UnixFs;
import dev.cats.lineage.Documents;
import dev.cats.lineage.MissingBlockException;
import dev.cats.lineage.UnreadableBlockException;
import dev.cats.replay.IntegrityReport.Problem;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks everything that can be reached from one block: every block is fetched, hashed and decoded,
 * its links are followed, and what documents say of each other is compared.
 *
 * <p>From a manifest the chain is walked newest first, each manifest with the BOMs it commits and
 * what those name, except their input BOMs: these are committed by this manifest or an older one,
 * so the walk comes to them by itself. Those that it did not come to are walked at the end, and are
 * a problem if they are of the same initiative.
 *
 * <p>In a store that was pruned the walk first checks the manifests that are kept and all of the
 * history behind them, in which nothing may be missing; of what only older manifests committed,
 * blocks that were pruned are counted and are no problem.
 *
 * <p>What is compared: the signature of each manifest; initiative, run and checkpoint along the
 * chain; the invoice of each BOM with its lot, decoded to the last record; the lineage of each BOM
 * with the number of records its inputs name, and those with the number of records that the input
 * BOMs delivered; the origins of source lots, which within one run never hold a record twice.
 */
public final class IntegrityCheck {

  /** Problems beyond these are counted, not listed: a store that is lost would fill the memory. */
  public static final int MAX_PROBLEMS = 1_000;

  private static final int IDENTITY = 0x00;

  /** What a block has to be, by the link that led to it. */
  private enum Role {
    MANIFEST("manifest"),
    PAGE("page"),
    BOM("BOM"),
    ORDER("order"),
    FUNCTION("function"),
    STRUCTURE("structure"),
    LOT("lot"),
    FILE("file or folder"),
    ANY("block");

    private final String text;

    Role(String text) {
      this.text = text;
    }
  }

  /**
   * @param kept whether nothing may have been pruned from here on
   */
  private record Visit(Cid cid, Role role, Optional<Cid> by, boolean kept) {
    String where() {
      return by.map(cid -> role.text + " named by " + cid).orElse(role.text + " asked for");
    }
  }

  /** So many records, at least, a BOM was said to have delivered. */
  private record Need(long records, Cid by, boolean kept) {}

  private record Lot(int records, long bytes) {}

  /** Told after each block how far the check is. */
  public interface Progress {
    void at(long blocks, long bytes, long problems);
  }

  private final BlockStore store;
  private final Documents documents;
  private final Progress progress;
  private final ChainRules chain = new ChainRules();
  private final ArrayDeque<Visit> stack = new ArrayDeque<>();
  private final Set<Cid> visited = new HashSet<>();
  private final Map<Cid, Integer> delivered = new HashMap<>();
  private final Map<Cid, Need> needed = new LinkedHashMap<>();
  private final Map<Cid, Lot> lots = new HashMap<>();
  private final Set<String> reported = new HashSet<>();
  private final List<Problem> problems = new ArrayList<>();
  private final Optional<Cid> keptFrom;

  /** BOMs that were walked as inputs of kept ones, before their manifest was met. */
  private final Set<Cid> early = new LinkedHashSet<>();

  /** Whether the block at hand is of the kept part. */
  private boolean kept = true;

  /** Whether the chain has come to manifests that are not kept. */
  private boolean beyond;

  private long pruned;
  private long unlisted;
  private long blocks;
  private long bytes;
  private long manifests;
  private long boms;
  private long records;
  private long unstored;

  private IntegrityCheck(BlockStore store, Progress progress) throws IOException {
    this.store = store;
    this.documents = new Documents(store);
    this.progress = progress;
    this.keptFrom = store.keptFrom();
  }

  /**
   * Checks all that {@code root} leads to.
   *
   * @throws IOException when the store cannot be asked at all
   */
  public static IntegrityReport run(BlockStore store, Cid root, Progress progress)
      throws IOException {
    IntegrityCheck check = new IntegrityCheck(store, progress);
    boolean kept = check.keptFrom.isEmpty() || store.head().equals(Optional.of(root));
    check.stack.push(new Visit(root, Role.ANY, Optional.empty(), kept));
    check.drain();
    check.visitUncommitted();
    return new IntegrityReport(
        check.blocks,
        check.manifests,
        check.boms,
        check.lots.size(),
        check.records,
        check.bytes,
        check.unstored,
        check.pruned,
        check.problems,
        check.unlisted);
  }

  private void drain() throws IOException {
    while (!stack.isEmpty()) {
      Visit visit = stack.pop();
      if (visit.role() == Role.MANIFEST && !visit.kept() && !beyond) {
        beyond = true;
        visitInputsOfKept();
      }
      if (visited.add(visit.cid()) && visit.cid().hashFunction() != IDENTITY) {
        visit(visit);
      }
    }
  }

  /** All of the history behind what is kept, before the chain goes on to what may be pruned. */
  private void visitInputsOfKept() throws IOException {
    Optional<Map.Entry<Cid, Need>> next = neededByKept();
    while (next.isPresent()) {
      Cid cid = next.get().getKey();
      early.add(cid);
      ArrayDeque<Visit> rest = new ArrayDeque<>(stack);
      stack.clear();
      stack.push(new Visit(cid, Role.BOM, Optional.of(next.get().getValue().by()), true));
      drain();
      stack.addAll(rest);
      needed.remove(cid);
      next = neededByKept();
    }
  }

  private Optional<Map.Entry<Cid, Need>> neededByKept() {
    return needed.entrySet().stream().filter(each -> each.getValue().kept()).findFirst();
  }

  /** Input BOMs that the chain did not lead to; all of them when the walk began at a BOM. */
  private void visitUncommitted() throws IOException {
    for (Cid cid : early) {
      if (!chain.isCommitted(cid)) {
        chain.uncommitted(cid);
        uncommitted(cid);
      }
    }
    while (!needed.isEmpty()) {
      Map.Entry<Cid, Need> next = needed.entrySet().iterator().next();
      if (manifests > 0) {
        chain.uncommitted(next.getKey());
      }
      Cid cid = next.getKey();
      stack.push(
          new Visit(cid, Role.BOM, Optional.of(next.getValue().by()), next.getValue().kept()));
      drain();
      needed.remove(cid); // still there when it is missing or no BOM, and then reported
    }
  }

  /** Says so if a BOM of this chain is in none of its manifests. */
  private void uncommitted(Cid cid) throws IOException {
    try {
      chain
          .bom(cid, documents.order(documents.bom(cid, "an input BOM")))
          .ifPresent(message -> problem("chain", cid, "order of a BOM", message));
    } catch (MissingBlockException | UnreadableBlockException | CorruptBlockException elsewhere) {
      // Visited and reported by itself.
    }
  }

  private void visit(Visit visit) throws IOException {
    kept = visit.kept();
    try {
      if (!kept && store.wasPruned(visit.cid())) {
        pruned++;
        return;
      }
      Optional<Block> found = store.get(visit.cid());
      if (found.isPresent()) {
        blocks++;
        bytes += found.get().bytes().size();
        read(visit, found.get());
      } else {
        missing(visit);
      }
    } catch (CorruptBlockException e) {
      String where = "segment " + e.segment() + ", " + visit.where();
      problem(e.kind().text(), visit.cid(), where, e.getMessage());
    } catch (DecodeException | IllegalArgumentException | ArithmeticException e) {
      problem(
          "unreadable",
          visit.cid(),
          visit.where(),
          "Cannot read block %s as %s: %s"
              .formatted(visit.cid(), visit.role().text, e.getMessage()));
    }
    progress.at(blocks, bytes, problems.size() + unlisted);
  }

  private void missing(Visit visit) throws IOException {
    if (visit.role() == Role.LOT && documents.isOnlyHashed(visit.by().orElseThrow())) {
      unstored++;
      return;
    }
    boolean wasPruned = store.wasPruned(visit.cid());
    problem(
        "missing",
        visit.cid(),
        visit.where(),
        (wasPruned
                ? "Cannot find block %s (%s): it was pruned from %s, although what is kept needs it"
                : "Cannot find block %s (%s): %s does not hold it")
            .formatted(visit.cid(), visit.where(), store.describe()));
  }

  private void read(Visit visit, Block block) throws IOException, DecodeException {
    switch (visit.role()) {
      case LOT -> lot(block);
      case FILE -> file(block);
      case ANY -> any(visit, block);
      case MANIFEST, PAGE, BOM, ORDER, FUNCTION, STRUCTURE -> document(visit, block);
    }
  }

  /** A block that nothing says the kind of: the one asked for, a seed, a link among parameters. */
  private void any(Visit visit, Block block) throws IOException, DecodeException {
    if (block.cid().codec() == Cid.DAG_CBOR) {
      Node node = DagCbor.decode(block.bytes());
      if (isDocument(node)) {
        document(visit, block);
      } else {
        follow(block.cid(), node);
      }
    } else if (block.cid().codec() == Cid.RAW && Documents.looksLikeLot(block.bytes())) {
      lot(block);
    } else {
      file(block);
    }
  }

  private static boolean isDocument(Node node) {
    return node instanceof Node.Map map
        && map.entries().size() == 1
        && map.entries().keySet().iterator().next().startsWith("cats/");
  }

  private void file(Block block) throws DecodeException {
    if (block.cid().codec() == Cid.DAG_PB) {
      List<Cid> links = UnixFs.links(block);
      for (int i = links.size() - 1; i >= 0; i--) {
        push(links.get(i), Role.FILE, block.cid());
      }
    }
  }

  private void lot(Block block) throws DecodeException {
    LotReader reader = LotReader.of(block);
    records += reader.all().size();
    lots.put(block.cid(), new Lot(reader.records(), block.bytes().size()));
  }

  private void document(Visit visit, Block block) throws IOException, DecodeException {
    Document document = Document.of(block);
    Role role = follow(document);
    if (visit.role() != Role.ANY && visit.role() != role) {
      throw new DecodeException("expected a " + visit.role().text + ", found " + document.kind());
    }
  }

  /** Checks what a document says and pushes what it names; answers with what it is. */
  private Role follow(Document document) throws IOException {
    if (document instanceof Manifest manifest) {
      manifest(manifest);
      return Role.MANIFEST;
    } else if (document instanceof Bom bom) {
      bom(bom);
      return Role.BOM;
    } else if (document instanceof Order order) {
      push(order.structure(), Role.STRUCTURE, order.cid());
      order.steps().forEach(step -> push(step.function(), Role.FUNCTION, order.cid()));
      return Role.ORDER;
    } else if (document instanceof Function function) {
      function.artifact().ifPresent(cid -> push(cid, Role.FILE, function.cid()));
      function.params().values().forEach(node -> follow(function.cid(), node));
      return Role.FUNCTION;
    } else if (document instanceof Structure structure) {
      structure.jar().ifPresent(cid -> push(cid, Role.FILE, structure.cid()));
      structure.infrastructure().ifPresent(cid -> push(cid, Role.FILE, structure.cid()));
      structure.meta().values().forEach(node -> follow(structure.cid(), node));
      return Role.STRUCTURE;
    } else if (document instanceof Page) {
      return Role.PAGE; // what it lists belongs to the document that links to it
    }
    throw new AssertionError(document.kind());
  }

  private void manifest(Manifest manifest) throws IOException {
    manifests++;
    Cid cid = manifest.cid();
    String where =
        "manifest of run %s, checkpoint %d".formatted(manifest.run(), manifest.checkpoint());
    if (!manifest.signatureValid()) {
      problem(
          "signature",
          cid,
          where,
          "Invalid signature of manifest %s: expected one by its node %s, found one that is not"
              .formatted(cid, manifest.node()));
    }
    chain.manifest(manifest).ifPresent(message -> problem("chain", cid, where, message));
    boolean previousKept = kept && !keptFrom.equals(Optional.of(cid));
    manifest
        .previous()
        .ifPresent(
            previous ->
                stack.push(new Visit(previous, Role.MANIFEST, Optional.of(cid), previousKept)));
    manifest.artifacts().forEach(artifact -> push(artifact, Role.FILE, cid));
    manifest.pages().forEach(page -> push(page, Role.PAGE, cid));
    List<Cid> committed = manifest.boms();
    try {
      committed = documents.boms(manifest);
    } catch (MissingBlockException | CorruptBlockException elsewhere) {
      // The page is visited and reported by itself.
    } catch (UnreadableBlockException e) {
      problem("unreadable", e.cid(), where, e.getMessage());
    }
    for (int i = committed.size() - 1; i >= 0; i--) {
      Cid bom = committed.get(i);
      chain.commits(bom, manifest).ifPresent(message -> problem("chain", bom, where, message));
      push(bom, Role.BOM, cid);
    }
  }

  private void bom(Bom bom) throws IOException {
    boms++;
    Cid cid = bom.cid();
    delivered.put(cid, bom.output().records());
    Need need = needed.remove(cid);
    if (need != null) {
      compare(cid, need);
    }
    bom.seed().ifPresent(seed -> push(seed, Role.ANY, cid));
    bom.inputs().pages().forEach(page -> push(page, Role.PAGE, cid));
    push(bom.order(), Role.ORDER, cid);
    lotOf(bom);
    try {
      Order order = documents.order(bom);
      chain.bom(cid, order).ifPresent(message -> problem("chain", cid, "order of a BOM", message));
    } catch (MissingBlockException | UnreadableBlockException | CorruptBlockException elsewhere) {
      // The order is visited and reported by itself.
    }
    try {
      BomInputs inputs = BomInputs.of(documents.inputs(bom));
      for (Cid file : inputs.files()) {
        if (!inputs.cited() || store.has(file)) {
          push(file, Role.FILE, cid);
        }
      }
      inputs.ends().forEach((input, end) -> need(input, new Need(end, cid, kept)));
      chain
          .origins(bom, inputs.origins())
          .ifPresent(message -> problem("origin", cid, "origins of a BOM", message));
    } catch (MissingBlockException | CorruptBlockException elsewhere) {
      // A page, visited and reported by itself.
    } catch (UnreadableBlockException e) {
      problem("lineage", e.cid(), "inputs of a BOM", e.getMessage());
    }
  }

  private void need(Cid input, Need need) {
    if (delivered.containsKey(input)) {
      compare(input, need);
    } else if (!visited.contains(input)) {
      needed.merge(
          input,
          need,
          (a, b) -> {
            Need more = a.records() >= b.records() ? a : b;
            return new Need(more.records(), more.by(), a.kept() || b.kept());
          });
    }
  }

  private void compare(Cid input, Need need) {
    int there = delivered.get(input);
    if (need.records() > there) {
      problem(
          "lineage",
          need.by(),
          "inputs of a BOM",
          "Invalid inputs of BOM %s: expected some of the %d records of BOM %s, found record %d"
              .formatted(need.by(), there, input, need.records() - 1));
    }
  }

  /** Visits the lot, and compares the invoice with it, whichever BOM led to it first. */
  private void lotOf(Bom bom) throws IOException {
    Cid data = bom.output().data();
    if (visited.add(data)) {
      visit(new Visit(data, Role.LOT, Optional.of(bom.cid()), kept));
    }
    Lot lot = lots.get(data);
    if (lot != null
        && (lot.records() != bom.output().records() || lot.bytes() != bom.output().bytes())) {
      problem(
          "invoice",
          bom.cid(),
          "output of a BOM",
          "Invalid invoice of BOM %s: expected %d records in %d bytes as in lot %s, found %d in %d"
              .formatted(
                  bom.cid(),
                  lot.records(),
                  lot.bytes(),
                  data,
                  bom.output().records(),
                  bom.output().bytes()));
    }
  }

  /** Every link in a free-form value. */
  private void follow(Cid by, Node node) {
    if (node instanceof Node.Link link) {
      push(link.cid(), Role.ANY, by);
    } else if (node instanceof Node.List list) {
      list.items().forEach(item -> follow(by, item));
    } else if (node instanceof Node.Map map) {
      map.entries().values().forEach(value -> follow(by, value));
    }
  }

  private void push(Cid cid, Role role, Cid by) {
    if (!visited.contains(cid)) {
      stack.push(new Visit(cid, role, Optional.of(by), kept));
    }
  }

  private void problem(String kind, Cid cid, String where, String message) {
    if (problems.size() >= MAX_PROBLEMS) {
      unlisted++;
    } else if (reported.add(kind + cid + message)) {
      problems.add(new Problem(kind, cid, where, message));
    }
  }
}
