package dev.cats.cli;

import dev.cats.bom.Bom;
import dev.cats.bom.Manifest;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats log}: the manifest chain, newest first, and what each manifest committed. */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    description = "Lists what was committed, newest first: one manifest per checkpoint.",
    footer = {
      "",
      "Examples:",
      "  ./cats log                     the newest 20 manifests of cats-data",
      "  ./cats log --limit 1           only the newest",
      "  ./cats log --store /data/usgs  of another store",
      "  ./cats log ipns://k51… --via kubo://127.0.0.1:5001",
      "                                 what somebody published under a name",
      "  ./cats log --json              all of them, a JSON object per line:",
      "    {\"manifest\",\"initiative\",\"run\",\"checkpoint\",\"previous\",\"sealedAt\",\"node\",\"signature\",\"rejected\",",
      "     \"boms\",\"pruned\" (how many of those, after ./cats prune),",
      "     \"steps\":[{\"step\",\"boms\",\"records\",\"bytes\",\"newest\"}]}",
      "",
      "Next: ./cats show CID of a manifest, ./cats trace CID of a BOM, ./cats verify HEAD."
    })
final class LogCommand extends StoreCommand {
  private static final int SCREEN = 20;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  @Parameters(
      paramLabel = "ipns://NAME",
      arity = "0..1",
      description = "A name that leads to the newest manifest, instead of the HEAD of --store.")
  private String target;

  @Mixin private ViaOption via = new ViaOption();

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      description = "At most so many manifests. Default: 20, with --json all.")
  private Integer limit;

  /** What is there of what a manifest committed, by step, and how many BOMs were pruned. */
  private record Committed(Map<String, Share> shares, long pruned) {}

  /** What one manifest committed of one step. */
  private record Share(long boms, long records, long bytes, Cid newest) {
    Share and(Share other) {
      return new Share(
          boms + other.boms, records + other.records, bytes + other.bytes, other.newest);
    }
  }

  @Override
  BlockStore open() throws IOException {
    if (target != null && !ViaOption.isName(target)) {
      throw Failure.usage(
          "Cannot log %s: expected ipns://NAME, or nothing".formatted(target),
          "What a CID names: ./cats show %s%s".formatted(target, where().option()));
    }
    return via.open(target, where(), err());
  }

  @Override
  int ask(BlockStore store) throws IOException {
    if (limit != null && limit < 1) {
      throw Failure.usage(
          "Invalid --limit: expected 1 or more, found " + limit, "Try: ./cats log --limit 5");
    }
    Documents documents = new Documents(store);
    Cid head = where().head(store, "log");
    Chain chain = Chain.ofHead(documents);
    long most = limit != null ? limit : json() ? Long.MAX_VALUE : SCREEN;
    long shown = 0;
    Optional<Manifest> manifest = chain.next();
    if (!json()) {
      out().println(manifest.orElseThrow().initiative() + ", HEAD " + head);
    }
    for (; manifest.isPresent() && shown < most; manifest = chain.next(), shown++) {
      Committed committed = committed(documents, manifest.get());
      if (json()) {
        out().println(line(manifest.get(), committed));
      } else {
        print(manifest.get(), committed);
      }
      out().flush();
    }
    if (!json() && manifest.isPresent()) {
      out().printf("%nThere are more: ./cats log%s --limit %d%n", where().option(), 10 * most);
    }
    return FINE;
  }

  private static Committed committed(Documents documents, Manifest manifest) throws IOException {
    long pruned = 0;
    Map<String, Share> shares = new LinkedHashMap<>();
    String role = "committed by manifest " + manifest.cid();
    for (Cid cid : documents.boms(manifest)) {
      if (documents.store().wasPruned(cid)) {
        pruned++;
        continue;
      }
      Bom bom = documents.bom(cid, role);
      Share share = new Share(1, bom.output().records(), bom.output().bytes(), cid);
      shares.merge(Documents.label(documents.order(bom)), share, Share::and);
    }
    return new Committed(shares, pruned);
  }

  private void print(Manifest manifest, Committed committed) {
    Map<String, Share> shares = committed.shares();
    out()
        .printf(
            "%ncheckpoint %d  %s%s%n",
            manifest.checkpoint(),
            TIME.format(Instant.ofEpochMilli(manifest.sealedAt())),
            manifest.signatureValid() ? "" : "  WRONG SIGNATURE");
    out().printf("  manifest  %s%n", manifest.cid());
    out().printf("  run       %s%n", manifest.run());
    out().printf("  node      %s%n", manifest.node());
    if (manifest.rejected() > 0) {
      out().printf("  rejected  %s%n", count(manifest.rejected(), "record"));
    }
    if (committed.pruned() > 0) {
      out()
          .printf(
              "  pruned    %s, with what only they stand on%n", count(committed.pruned(), "BOM"));
    }
    int width = shares.keySet().stream().mapToInt(String::length).max().orElse(0);
    shares.forEach(
        (step, share) ->
            out()
                .printf(
                    Locale.ROOT,
                    "  %-" + width + "s  %,7d BOM%s %,11d record%s %,13d bytes  newest %s%n",
                    step,
                    share.boms(),
                    share.boms() == 1 ? " " : "s",
                    share.records(),
                    share.records() == 1 ? " " : "s",
                    share.bytes(),
                    share.newest()));
  }

  private static String line(Manifest manifest, Committed committed) {
    Map<String, Share> shares = committed.shares();
    return Json.object(
        json -> {
          json.writeStringField("manifest", manifest.cid().toString());
          json.writeStringField("initiative", manifest.initiative());
          json.writeStringField("run", manifest.run());
          json.writeNumberField("checkpoint", manifest.checkpoint());
          if (manifest.previous().isPresent()) {
            json.writeStringField("previous", manifest.previous().get().toString());
          } else {
            json.writeNullField("previous");
          }
          json.writeStringField("sealedAt", Instant.ofEpochMilli(manifest.sealedAt()).toString());
          json.writeStringField("node", manifest.node());
          json.writeStringField("signature", manifest.signatureValid() ? "valid" : "invalid");
          json.writeNumberField("rejected", manifest.rejected());
          json.writeNumberField(
              "boms", shares.values().stream().mapToLong(Share::boms).sum() + committed.pruned());
          if (committed.pruned() > 0) {
            json.writeNumberField("pruned", committed.pruned());
          }
          json.writeArrayFieldStart("steps");
          for (Map.Entry<String, Share> each : shares.entrySet()) {
            json.writeStartObject();
            json.writeStringField("step", each.getKey());
            json.writeNumberField("boms", each.getValue().boms());
            json.writeNumberField("records", each.getValue().records());
            json.writeNumberField("bytes", each.getValue().bytes());
            json.writeStringField("newest", each.getValue().newest().toString());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
