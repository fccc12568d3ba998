package dev.cats.lineage;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.Manifest;
import dev.cats.bom.Run;
import dev.cats.content.Cid;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Walks BOMs from a store alone, both ways: upstream along the links of the BOMs themselves,
 * downstream by looking through all that the manifest chain commits.
 *
 * <p>A walk visits each BOM once, in order of distance, and is bounded in distance and in number;
 * when a bound stopped it, the {@link Trace} says so.
 */
public final class History {

  /** How far a walk goes. */
  public record Bounds(int depth, int boms) {
    public static final Bounds DEFAULT = new Bounds(64, 10_000);

    public Bounds {
      if (depth < 0 || boms < 1) {
        throw new IllegalArgumentException(
            "Invalid bounds: expected a depth from 0 and at least one BOM, found depth %d, %d BOMs"
                .formatted(depth, boms));
      }
    }

    public Bounds depth(int other) {
      return new Bounds(other, boms);
    }
  }

  private final Documents documents;

  public History(Documents documents) {
    this.documents = documents;
  }

  /** Everything a BOM stands on. */
  public Trace upstream(Cid bom, Bounds bounds) throws IOException {
    return walk(bom, bounds, Optional.empty());
  }

  /** Everything in the committed chain that stands on a BOM. */
  public Trace downstream(Cid bom, Bounds bounds) throws IOException {
    return walk(bom, bounds, Optional.of(consumers()));
  }

  /** The committed BOMs that delivered this lot, newest first; equal lots have the same CID. */
  public List<Cid> delivering(Cid lot) throws IOException {
    Set<Cid> found = new LinkedHashSet<>();
    Chain chain = Chain.ofHead(documents);
    for (Optional<Manifest> each = chain.next(); each.isPresent(); each = chain.next()) {
      String role = "committed by manifest " + each.get().cid();
      for (Cid cid : documents.boms(each.get())) {
        if (!documents.store().wasPruned(cid)
            && documents.bom(cid, role).output().data().equals(lot)) {
          found.add(cid);
        }
      }
    }
    return List.copyOf(found);
  }

  private Trace walk(Cid root, Bounds bounds, Optional<Map<Cid, List<Trace.Link>>> consumers)
      throws IOException {
    Map<Cid, Integer> distances = new LinkedHashMap<>();
    Map<Cid, String> roles = new LinkedHashMap<>();
    ArrayDeque<Cid> queue = new ArrayDeque<>();
    Map<Cid, Trace.Entry> entries = new LinkedHashMap<>();
    distances.put(root, 0);
    queue.add(root);
    boolean partial = false;
    while (!queue.isEmpty()) {
      Cid cid = queue.remove();
      int distance = distances.get(cid);
      Bom bom = documents.bom(cid, roles.getOrDefault(cid, "the BOM asked for"));
      roles.remove(cid);
      Inputs inputs = documents.inputs(bom);
      List<Trace.Link> links = new ArrayList<>();
      List<Trace.Link> elsewhere = new ArrayList<>();
      List<Trace.Link> pruned = new ArrayList<>();
      if (consumers.isPresent()) {
        links.addAll(consumers.get().getOrDefault(cid, List.of()));
      } else {
        for (Trace.Link link : links(inputs)) {
          if (documents.store().wasPruned(link.bom())) {
            pruned.add(link);
          } else if (inputs.cited() && documents.cited(link.bom()).isEmpty()) {
            elsewhere.add(link);
          } else {
            links.add(link);
          }
        }
      }
      boolean cut = false;
      for (Trace.Link link : links) {
        if (distances.containsKey(link.bom())) {
          continue;
        }
        if (distance >= bounds.depth() || distances.size() >= bounds.boms()) {
          cut = true;
        } else {
          distances.put(link.bom(), distance + 1);
          roles.put(link.bom(), "named by BOM " + cid);
          queue.add(link.bom());
        }
      }
      partial |= cut;
      entries.put(
          cid,
          new Trace.Entry(
              cid,
              distance,
              bom,
              documents.order(bom),
              links,
              elsewhere,
              pruned,
              inputs.origins(),
              cut));
    }
    return new Trace(root, entries, partial);
  }

  /** The BOMs that inputs name, with how many records of each. */
  private static List<Trace.Link> links(Inputs inputs) {
    long[] records = new long[inputs.boms().size()];
    for (Run run : inputs.runs()) {
      records[run.bom()] += run.count();
    }
    List<Trace.Link> links = new ArrayList<>(records.length);
    for (int i = 0; i < records.length; i++) {
      links.add(new Trace.Link(inputs.boms().get(i), records[i]));
    }
    return links;
  }

  /** For each BOM, the committed ones that name it among their inputs, oldest first. */
  private Map<Cid, List<Trace.Link>> consumers() throws IOException {
    List<Cid> newestFirst = new ArrayList<>();
    Chain chain = Chain.ofHead(documents);
    for (Optional<Manifest> each = chain.next(); each.isPresent(); each = chain.next()) {
      newestFirst.addAll(documents.boms(each.get()).stream().sorted().toList());
    }
    Map<Cid, List<Trace.Link>> consumers = new LinkedHashMap<>();
    Set<Cid> seen = new LinkedHashSet<>();
    for (int i = newestFirst.size() - 1; i >= 0; i--) {
      Cid cid = newestFirst.get(i);
      if (seen.add(cid) && !documents.store().wasPruned(cid)) {
        for (Trace.Link link : links(documents.inputs(documents.bom(cid, "committed")))) {
          consumers
              .computeIfAbsent(link.bom(), key -> new ArrayList<>())
              .add(new Trace.Link(cid, link.records()));
        }
      }
    }
    return consumers;
  }
}
