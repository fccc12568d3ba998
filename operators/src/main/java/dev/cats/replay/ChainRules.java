package dev.cats.replay;

import dev.cats.bom.Bom;
import dev.cats.bom.Lineage;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.bom.Origin;
import dev.cats.content.Cid;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the manifests of one chain, met newest first, must agree on. Each method takes the next fact
 * and answers with a message if it breaks a rule.
 */
final class ChainRules {
  private Optional<Manifest> newer = Optional.empty();

  /** Per run, the oldest checkpoint met so far. */
  private final Map<String, Long> oldest = new HashMap<>();

  /** For each committed BOM, the run that committed it; the oldest, if several made the same. */
  private final Map<Cid, String> runs = new HashMap<>();

  private final Set<Cid> uncommitted = new HashSet<>();
  private final Set<Cid> sources = new HashSet<>();

  /** BOMs that one run committed in more than one manifest. */
  private final Set<Cid> repeated = new HashSet<>();

  /** Per run, order and place, the records met so far: first number to last. */
  private final Map<String, TreeMap<Long, Long>> read = new HashMap<>();

  /** One initiative per chain; within a run, checkpoints that grow. */
  Optional<String> manifest(Manifest manifest) {
    Optional<Manifest> after = newer;
    newer = Optional.of(manifest);
    Long limit = oldest.put(manifest.run(), manifest.checkpoint());
    if (after.isPresent() && !after.get().initiative().equals(manifest.initiative())) {
      return Optional.of(
          "Invalid chain: expected initiative %s as in manifest %s, found %s in manifest %s"
              .formatted(
                  after.get().initiative(),
                  after.get().cid(),
                  manifest.initiative(),
                  manifest.cid()));
    }
    if (limit != null && manifest.checkpoint() >= limit) {
      return Optional.of(
          "Invalid chain: expected a checkpoint of run %s below %d, found %d in manifest %s"
              .formatted(manifest.run(), limit, manifest.checkpoint(), manifest.cid()));
    }
    return Optional.empty();
  }

  /**
   * Another run may have made the very same BOM, and one run may make equal lots of equal inputs in
   * two checkpoints, such as equal results of windows that overlap; a source's records come once.
   */
  Optional<String> commits(Cid bom, Manifest manifest) {
    if (!manifest.run().equals(runs.put(bom, manifest.run()))) {
      return Optional.empty();
    }
    repeated.add(bom);
    return sources.contains(bom) ? Optional.of(twice(bom)) : Optional.empty();
  }

  private String twice(Cid bom) {
    return "Invalid chain: expected each BOM of a source once in run %s, found %s again"
        .formatted(runs.get(bom), bom);
  }

  /** Whether a manifest that was met commits this BOM. */
  boolean isCommitted(Cid bom) {
    return runs.containsKey(bom);
  }

  /** Says that no manifest led to this BOM. */
  void uncommitted(Cid bom) {
    uncommitted.add(bom);
  }

  /** BOMs are of the chain's initiative, and those that are, the chain commits. */
  Optional<String> bom(Cid bom, Order order) {
    if (newer.isEmpty()) {
      return Optional.empty();
    }
    String initiative = newer.get().initiative();
    boolean own = initiative.equals(order.initiative());
    if (own && uncommitted.contains(bom)) {
      return Optional.of(
          "Invalid chain: expected a manifest to commit BOM %s, an input of a committed one, found none"
              .formatted(bom));
    }
    if (!own && runs.containsKey(bom)) {
      return Optional.of(
          "Invalid BOM %s: expected an order of initiative %s, found one of %s"
              .formatted(bom, initiative, order.initiative()));
    }
    return Optional.empty();
  }

  /**
   * Within one run, each record of the outside world is in one lot of a source. Of steps chained to
   * a source, whose lots end where they are full, two lots in a row may share the input they end
   * in.
   */
  Optional<String> origins(Bom bom, List<Origin> origins) {
    if (origins.isEmpty()) {
      return Optional.empty();
    }
    sources.add(bom.cid());
    if (repeated.contains(bom.cid())) {
      return Optional.of(twice(bom.cid()));
    }
    String run = runs.get(bom.cid());
    if (run == null || !(bom.lineage() instanceof Lineage.Same)) {
      return Optional.empty();
    }
    for (Origin origin : origins) {
      Place place = Place.of(origin);
      TreeMap<Long, Long> known =
          read.computeIfAbsent(
              String.join("\n", run, bom.order().toString(), place.name()), key -> new TreeMap<>());
      Map.Entry<Long, Long> below = known.floorEntry(place.last());
      if (below != null && below.getValue() >= place.first()) {
        return Optional.of(
            "Invalid origins of BOM %s: expected records in no other lot of run %s, found %d to %d of %s"
                .formatted(
                    bom.cid(),
                    run,
                    Math.max(place.first(), below.getKey()),
                    Math.min(place.last(), below.getValue()),
                    place.name()));
      }
      add(known, place.first(), place.last());
    }
    return Optional.empty();
  }

  private record Place(String name, long first, long last) {
    static Place of(Origin origin) {
      if (origin instanceof Origin.File file) {
        return new Place(
            "file " + file.name() + " (" + file.file() + ")",
            file.first(),
            file.first() + file.count() - 1);
      } else if (origin instanceof Origin.Kafka kafka) {
        return new Place(
            "topic " + kafka.topic() + " partition " + kafka.partition(),
            kafka.first(),
            kafka.last());
      }
      throw new AssertionError(origin.system());
    }
  }

  /** Joins ranges that touch, so that a whole file is one entry in the end. */
  private static void add(NavigableMap<Long, Long> known, long first, long last) {
    Map.Entry<Long, Long> before = known.lowerEntry(first);
    boolean touches = before != null && before.getValue() == first - 1;
    Long after = known.remove(last + 1);
    known.put(touches ? before.getKey() : first, after == null ? last : after);
  }
}
