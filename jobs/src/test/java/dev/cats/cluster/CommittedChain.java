package dev.cats.cluster;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.bom.Origin;
import dev.cats.content.BlockStore;
import dev.cats.content.CarReader;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.lineage.Documents;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a chain commits, read from a store by following HEAD.
 *
 * @param manifests newest first
 * @param records by step, as JSON, sorted: two runs have these in common, not their lots
 * @param sources how often each record from outside is in a committed source lot, by its number
 */
record CommittedChain(
    List<Manifest> manifests,
    List<Cid> boms,
    SortedMap<String, List<String>> records,
    SortedMap<Long, Integer> sources) {

  static CommittedChain read(BlockStore store) throws IOException {
    Documents documents = new Documents(store);
    List<Manifest> manifests = new ArrayList<>();
    List<Cid> boms = new ArrayList<>();
    SortedMap<String, List<String>> records = new TreeMap<>();
    SortedMap<Long, Integer> sources = new TreeMap<>();
    Optional<Cid> at = store.head();
    while (at.isPresent()) {
      Manifest manifest = documents.manifest(at.get(), "manifest");
      manifests.add(manifest);
      for (Cid cid : documents.boms(manifest)) {
        boms.add(cid);
        Bom bom = documents.bom(cid, "BOM of " + manifest.cid());
        count(documents.inputs(bom).origins(), sources);
        LotReader lot = documents.lot(bom);
        List<String> step =
            records.computeIfAbsent(
                Documents.label(documents.order(bom)), label -> new ArrayList<>());
        for (int i = 0; i < lot.records(); i++) {
          step.add(lot.json(i));
        }
      }
      at = manifest.previous();
    }
    records.values().forEach(Collections::sort);
    return new CommittedChain(manifests, boms, records, sources);
  }

  /** The ids of the runs that made the chain. */
  Set<String> runs() {
    Set<String> runs = new LinkedHashSet<>();
    manifests.forEach(manifest -> runs.add(manifest.run()));
    return runs;
  }

  /** The checkpoints of the chain, oldest first. */
  List<Long> checkpoints() {
    List<Long> checkpoints = new ArrayList<>();
    manifests.forEach(manifest -> checkpoints.add(0, manifest.checkpoint()));
    return checkpoints;
  }

  /** How many records each step has. */
  SortedMap<String, Integer> counts() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    records.forEach((step, all) -> counts.put(step, all.size()));
    return counts;
  }

  /** As {@link #sources}, over every whole block in every segment, committed or not. */
  static SortedMap<Long, Integer> sourcesOfAllSegments(Path store) throws IOException {
    SortedMap<Long, Integer> sources = new TreeMap<>();
    for (Bom bom : bomsOfAllSegments(store)) {
      count(bom.inputs().origins(), sources);
    }
    return sources;
  }

  /** How many records there are in the source lots of all segments, committed or not. */
  static long recordsOfAllSegments(Path store) throws IOException {
    return bomsOfAllSegments(store).stream()
        .flatMap(bom -> bom.inputs().origins().stream())
        .mapToLong(Origin::count)
        .sum();
  }

  private static List<Bom> bomsOfAllSegments(Path store) throws IOException {
    List<Bom> boms = new ArrayList<>();
    for (String folder : List.of("segments", "staged")) {
      try (Stream<Path> files = Files.list(store.resolve(folder))) {
        for (Path file : files.filter(path -> !path.toString().endsWith(".idx")).toList()) {
          boms.addAll(bomsOf(file));
        }
      }
    }
    return boms;
  }

  private static List<Bom> bomsOf(Path archive) throws IOException {
    List<Bom> boms = new ArrayList<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive));
        CarReader reader = CarReader.open(in)) {
      for (Optional<CarReader.Section> section = reader.next();
          section.isPresent();
          section = reader.next()) {
        if (section.get().block().cid().codec() == Cid.DAG_CBOR
            && Document.of(section.get().block()) instanceof Bom bom) {
          boms.add(bom);
        }
      }
    } catch (DecodeException e) {
      // Its writer was killed in the middle of a block.
    }
    return boms;
  }

  private static void count(List<Origin> origins, SortedMap<Long, Integer> sources) {
    for (Origin origin : origins) {
      Origin.File file = (Origin.File) origin;
      for (long i = file.first(); i < file.first() + file.count(); i++) {
        sources.merge(i, 1, Integer::sum);
      }
    }
  }
}
