package dev.cats.cli;

import dev.cats.bom.Bom;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.Cid;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** All that a store's chain commits, read block by block as a stranger would. */
record Committed(List<Manifest> manifests, List<Entry> entries) {

  /** A BOM with what its lot holds. */
  record Entry(Order order, Bom bom, List<String> records) {
    String step() {
      return Documents.label(order);
    }
  }

  /** Newest first. */
  static Committed in(Path folder) throws IOException {
    List<Manifest> manifests = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    try (CarFolderBlockStore store = CarFolderBlockStore.at(folder)) {
      Documents documents = new Documents(store);
      Chain chain = Chain.ofHead(documents);
      for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
        manifests.add(at.get());
        for (Cid cid : documents.boms(at.get())) {
          Bom bom = documents.bom(cid, "committed");
          LotReader lot = documents.lot(bom);
          List<String> records = new ArrayList<>();
          for (int i = 0; i < lot.records(); i++) {
            records.add(lot.json(i));
          }
          entries.add(new Entry(documents.order(bom), bom, records));
        }
      }
    }
    return new Committed(manifests, entries);
  }

  /** The records of each step, sorted: equal when the steps hold the same ones as often. */
  SortedMap<String, List<String>> records() {
    SortedMap<String, List<String>> records = new TreeMap<>();
    for (Entry entry : entries) {
      records.computeIfAbsent(entry.step(), step -> new ArrayList<>()).addAll(entry.records());
    }
    records.values().forEach(each -> each.sort(null));
    return records;
  }

  /** Of each step the CIDs of its BOMs and lots, sorted. */
  SortedMap<String, List<String>> cids() {
    SortedMap<String, List<String>> cids = new TreeMap<>();
    for (Entry entry : entries) {
      cids.computeIfAbsent(entry.step(), step -> new ArrayList<>())
          .add(entry.bom().cid() + " " + entry.bom().output().data());
    }
    cids.values().forEach(each -> each.sort(null));
    return cids;
  }

  List<String> records(String step) {
    return records().getOrDefault(step, List.of());
  }
}
