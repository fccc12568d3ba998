package dev.cats.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cats.bom.Bom;
import dev.cats.bom.Manifest;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.initiative.DataInitiative;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What one run committed, read back from the store. */
record RunSummary(
    String initiative,
    Cid head,
    long events,
    long rejected,
    double seconds,
    int manifests,
    List<StepTotal> steps,
    List<Delivered> outputs) {

  /** What the run committed of one output of a step. */
  record StepTotal(String step, long records, long lots, long boms, long bytes) {}

  /** A BOM of an output of the initiative. */
  record Delivered(String step, Cid bom, Cid data) {}

  private static final class Tally {
    private final String step;
    private final Set<Cid> lots = new HashSet<>();
    private long records;
    private long boms;
    private long bytes;

    Tally(String step) {
      this.step = step;
    }

    void add(Bom bom) {
      boms++;
      records += bom.output().records();
      if (lots.add(bom.output().data())) {
        bytes += bom.output().bytes();
      }
    }
  }

  /** Of a run that went on for weeks, the end has to do. */
  private static final int MOST_MANIFESTS = 10_000;

  /**
   * Reads the manifests that were committed since a run was started.
   *
   * @param before HEAD when it was
   */
  static RunSummary of(
      BlockStore store, DataInitiative initiative, Optional<Cid> before, double seconds)
      throws IOException {
    Documents documents = new Documents(store);
    Map<Cid, Boolean> orders = initiative.orders();
    Map<Cid, Tally> tallies = new LinkedHashMap<>();
    orders.keySet().forEach(order -> tallies.put(order, null));
    List<Delivered> outputs = new ArrayList<>();
    Cid head = store.head().orElseThrow();
    Chain chain = Chain.ofHead(documents);
    Optional<Manifest> manifest = chain.next();
    String run = manifest.orElseThrow().run();
    SourceRecords events = new SourceRecords();
    long rejected = 0;
    int manifests = 0;
    for (; manifest.isPresent() && manifest.get().run().equals(run); manifest = chain.next()) {
      if (before.equals(Optional.of(manifest.get().cid())) || manifests == MOST_MANIFESTS) {
        break;
      }
      manifests++;
      rejected += manifest.get().rejected();
      for (Cid cid : documents.boms(manifest.get())) {
        if (store.wasPruned(cid)) {
          continue; // of this run, and let go of since
        }
        Bom bom = documents.bom(cid, "committed by manifest " + manifest.get().cid());
        String label = Documents.label(documents.order(bom));
        tallies.compute(bom.order(), (order, known) -> known == null ? new Tally(label) : known);
        tallies.get(bom.order()).add(bom);
        documents.inputs(bom).origins().forEach(events::add);
        if (Boolean.TRUE.equals(orders.get(bom.order()))) {
          outputs.add(new Delivered(label, cid, bom.output().data()));
        }
      }
    }
    List<StepTotal> steps = new ArrayList<>();
    for (Tally tally : tallies.values()) {
      if (tally != null) {
        steps.add(
            new StepTotal(tally.step, tally.records, tally.lots.size(), tally.boms, tally.bytes));
      }
    }
    List<String> inOrder = steps.stream().map(StepTotal::step).toList();
    outputs.sort(
        Comparator.comparingInt((Delivered each) -> inOrder.indexOf(each.step()))
            .thenComparing(Delivered::bom));
    return new RunSummary(
        initiative.name(), head, events.count(), rejected, seconds, manifests, steps, outputs);
  }

  /**
   * @param mirror what follows the store
   */
  String json(Optional<MirrorSummary> mirror) {
    return Json.object(
        json -> {
          write(json);
          if (mirror.isPresent()) {
            mirror.get().write(json);
          }
        });
  }

  private void write(JsonGenerator json) throws IOException {
    json.writeStringField("initiative", initiative);
    json.writeStringField("head", head.toString());
    json.writeNumberField("events", events);
    json.writeNumberField("rejected", rejected);
    json.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
    json.writeArrayFieldStart("steps");
    for (StepTotal step : steps) {
      json.writeStartObject();
      json.writeStringField("step", step.step());
      json.writeNumberField("records", step.records());
      json.writeNumberField("lots", step.lots());
      json.writeNumberField("boms", step.boms());
      json.writeNumberField("bytes", step.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("outputs");
    for (Delivered output : outputs) {
      json.writeStartObject();
      json.writeStringField("step", output.step());
      json.writeStringField("bom", output.bom().toString());
      json.writeStringField("data", output.data().toString());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /**
   * @param option how the store has to be named in the commands that are suggested
   * @param mirror what follows the store
   */
  void print(PrintWriter out, String option, Optional<MirrorSummary> mirror) {
    out.printf(
        Locale.ROOT,
        "%s: %,d events in, %,d rejected, %s%d manifest%s, %.1f s%n%n",
        initiative,
        events,
        rejected,
        manifests == MOST_MANIFESTS ? "in the last " : "",
        manifests,
        manifests == 1 ? "" : "s",
        seconds);
    int width = Math.max(4, steps.stream().mapToInt(step -> step.step().length()).max().orElse(4));
    out.printf(
        "  %-" + width + "s %10s %7s %7s %12s%n", "step", "records", "lots", "BOMs", "bytes");
    for (StepTotal step : steps) {
      out.printf(
          Locale.ROOT,
          "  %-" + width + "s %,10d %,7d %,7d %,12d%n",
          step.step(),
          step.records(),
          step.lots(),
          step.boms(),
          step.bytes());
    }
    out.printf("%nHEAD %s%n", head);
    mirror.ifPresent(there -> there.print(out));
    if (!outputs.isEmpty()) {
      Delivered last = outputs.get(outputs.size() - 1);
      Delivered shown =
          outputs.stream().filter(each -> !each.step().contains("(")).findFirst().orElse(last);
      out.printf("%nNext:%n");
      out.printf("  ./cats show %s%s   the records of %s%n", shown.data(), option, shown.step());
      out.printf(
          "  ./cats trace %s --records 0%s   what its first record was made from%n",
          shown.bom(), option);
      out.printf("  ./cats verify HEAD%s   fetch, hash and check everything%n", option);
      out.printf("  ./cats log%s   what was committed%n", option);
    }
  }
}
