package dev.cats.retention;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.Lineage;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.bom.Run;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A chain of random BOMs that stand on random older ones, in random segments; and, apart from any
 * walk over blocks, which blocks each manifest needs.
 */
final class RandomChain {
  private final Random random;
  private final SampleChain factory = new SampleChain();
  private final Map<String, List<Block>> segments = new LinkedHashMap<>();
  private final Map<Cid, Set<Cid>> behind = new HashMap<>();
  private final List<Manifest> manifests = new ArrayList<>();
  private final Map<Cid, Block> lots = new HashMap<>();
  private long read;

  RandomChain(long seed) {
    random = new Random(seed);
    List<Bom> boms = new ArrayList<>();
    List<Order> orders = new ArrayList<>();
    int checkpoints = 1 + random.nextInt(12);
    for (int i = 0; i < checkpoints; i++) {
      if (i == 0 || random.nextInt(4) == 0) {
        orders.add(order(i));
      }
      List<Bom> committed = new ArrayList<>();
      int count = 1 + random.nextInt(4);
      int files = 1 + random.nextInt(3);
      for (int j = 0; j < count; j++) {
        Bom bom = bom(orders, boms, random.nextInt(5) == 0 ? "again" : i + "." + j);
        if (committed.contains(bom)) {
          bom = bom(orders, boms, i + "." + j); // a manifest lists each BOM once
        }
        boms.add(bom);
        committed.add(bom);
        List<Block> segment = segment("step-" + i + "-" + random.nextInt(files));
        segment.add(lotOf(bom));
        segment.add(bom.block());
      }
      Optional<Cid> previous = manifests.isEmpty() ? Optional.empty() : Optional.of(newest().cid());
      Manifest manifest = factory.manifest("run-1", i, previous, 0, committed);
      manifests.add(manifest);
      segment("manifest-" + i).add(manifest.block());
    }
  }

  private Block lotOf(Bom bom) {
    return lots.get(bom.output().data());
  }

  private List<Block> segment(String name) {
    return segments.computeIfAbsent(name, any -> new ArrayList<>());
  }

  private Order order(int number) {
    Set<Cid> before = new HashSet<>();
    if (number > 0) {
      factory.blocks().forEach(block -> before.add(block.cid()));
    }
    Order order = factory.order("step-" + number, Optional.empty());
    List<Block> prelude = segment("prelude-" + number);
    for (Cid cid :
        List.of(
            order.cid(), order.steps().get(0).function(), order.structure(), factory.file.cid())) {
      if (!before.contains(cid)) {
        factory.blocks().stream().filter(block -> block.cid().equals(cid)).forEach(prelude::add);
      }
    }
    return order;
  }

  /** Equal lots are one block, in as many segments as there are; and so are equal BOMs. */
  private Bom bom(List<Order> orders, List<Bom> older, String record) {
    Order order = orders.get(random.nextInt(orders.size()));
    Block lot = SampleChain.lot(record);
    lots.put(lot.cid(), lot);
    Set<Bom> inputs = new LinkedHashSet<>();
    for (int i = random.nextInt(3); i > 0 && !older.isEmpty(); i--) {
      int back = 1 + random.nextInt(Math.min(older.size(), 6));
      inputs.add(older.get(older.size() - back));
    }
    Bom bom;
    if (inputs.isEmpty()) {
      bom = factory.source(order, read++, record);
    } else {
      List<Run> runs = new ArrayList<>();
      inputs.forEach(input -> runs.add(new Run(runs.size(), 0, 1)));
      List<Cid> cids = inputs.stream().map(Bom::cid).toList();
      bom =
          factory.bom(
              order, new Inputs(cids, runs, List.of(), List.of()), new Lineage.Whole(), record);
    }
    Set<Cid> needs =
        new HashSet<>(
            List.of(
                bom.cid(),
                lot.cid(),
                order.cid(),
                order.steps().get(0).function(),
                order.structure()));
    if (inputs.isEmpty()) {
      needs.add(factory.file.cid());
    }
    inputs.forEach(input -> needs.addAll(behind.get(input.cid())));
    behind.put(bom.cid(), needs);
    return bom;
  }

  Manifest newest() {
    return manifests.get(manifests.size() - 1);
  }

  /** Oldest first. */
  List<Manifest> manifests() {
    return manifests;
  }

  Map<String, List<Block>> segments() {
    return segments;
  }

  /** What the newest so many manifests need. */
  Set<Cid> needs(int kept) {
    Set<Cid> needs = new HashSet<>();
    for (Manifest manifest :
        manifests.subList(Math.max(0, manifests.size() - kept), manifests.size())) {
      needs.add(manifest.cid());
      manifest.boms().forEach(bom -> needs.addAll(behind.get(bom)));
    }
    return needs;
  }

  <S extends BlockStore> S commitTo(S store) throws IOException {
    for (Map.Entry<String, List<Block>> each : segments.entrySet()) {
      try (SegmentWriter segment = store.newSegment(each.getKey())) {
        for (Block block : each.getValue()) {
          segment.append(block);
        }
        segment.seal();
      }
      store.commit(each.getKey());
    }
    store.moveHead(store.head(), newest().cid());
    return store;
  }
}
