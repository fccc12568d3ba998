package dev.cats.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cats.bom.Origin;
import dev.cats.content.Cid;
import dev.cats.lineage.RecordTrace;
import dev.cats.lineage.Trace;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Traces as text: a tree for people, JSON for programs. */
final class TraceText {
  private static final int ORIGINS = 8;

  private TraceText() {}

  /** A line still to be printed: of a BOM that {@code records} are used of, or a text. */
  private record Line(String prefix, boolean last, Cid bom, long records, String text) {
    String below() {
      return prefix + (last ? "   " : "│  ");
    }

    String before() {
      return prefix + (last ? "└─ " : "├─ ");
    }
  }

  static void print(Trace trace, PrintWriter out) {
    Set<Cid> shown = new HashSet<>();
    ArrayDeque<Line> lines = new ArrayDeque<>();
    shown.add(trace.root());
    out.println(label(trace.entry(), trace.entry().bom().output().records()));
    pushBelow(lines, trace.entry(), "");
    while (!lines.isEmpty()) {
      Line line = lines.pop();
      if (line.text() != null) {
        out.println(line.before() + line.text());
      } else if (trace.entry(line.bom()).isEmpty()) {
        out.printf("%s%s  (not followed)%n", line.before(), line.bom());
      } else {
        Trace.Entry entry = trace.entry(line.bom()).get();
        boolean first = shown.add(line.bom());
        boolean leaf =
            entry.links().isEmpty() && entry.pruned().isEmpty() && entry.origins().isEmpty();
        out.println(
            line.before() + label(entry, line.records()) + (first || leaf ? "" : "  (see above)"));
        if (first) {
          pushBelow(lines, entry, line.below());
        }
      }
    }
  }

  private static void links(JsonGenerator json, String name, List<Trace.Link> links)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Trace.Link link : links) {
      json.writeStartObject();
      json.writeStringField("bom", link.bom().toString());
      json.writeNumberField("records", link.records());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void pushBelow(ArrayDeque<Line> lines, Trace.Entry entry, String prefix) {
    List<Origin> origins = entry.origins();
    ArrayDeque<Line> below = new ArrayDeque<>();
    int hidden = Math.max(0, origins.size() - ORIGINS);
    int all =
        entry.links().size()
            + entry.elsewhere().size()
            + entry.pruned().size()
            + Math.min(origins.size(), ORIGINS)
            + (hidden > 0 ? 1 : 0);
    for (Trace.Link link : entry.links()) {
      below.push(new Line(prefix, below.size() + 1 == all, link.bom(), link.records(), null));
    }
    for (Trace.Link link : entry.elsewhere()) {
      String text =
          "%s  %,d records, as cited; not in this store".formatted(link.bom(), link.records());
      below.push(new Line(prefix, below.size() + 1 == all, null, 0, text));
    }
    for (Trace.Link link : entry.pruned()) {
      String text = "%s  %,d records, pruned from this store".formatted(link.bom(), link.records());
      below.push(new Line(prefix, below.size() + 1 == all, null, 0, text));
    }
    for (Origin origin : origins.subList(0, origins.size() - hidden)) {
      below.push(new Line(prefix, below.size() + 1 == all, null, 0, text(origin)));
    }
    if (hidden > 0) {
      below.push(
          new Line(prefix, true, null, 0, "… and " + hidden + " origins more (--json lists them)"));
    }
    below.forEach(lines::push);
  }

  private static String label(Trace.Entry entry, long used) {
    long records = entry.bom().output().records();
    String share =
        used == records
            ? StoreCommand.count(records, "record")
            : String.format(Locale.ROOT, "%,d of %s", used, StoreCommand.count(records, "record"));
    return entry.step() + "  " + share + "  " + entry.cid();
  }

  static String text(Origin origin) {
    if (origin instanceof Origin.File file) {
      return String.format(
          Locale.ROOT,
          "file %s, %s  %s",
          file.name(),
          numbers("record", file.first(), file.first() + file.count() - 1),
          file.file());
    } else if (origin instanceof Origin.Kafka kafka) {
      return String.format(
          Locale.ROOT,
          "topic %s, partition %d, %s (%s)",
          kafka.topic(),
          kafka.partition(),
          numbers("offset", kafka.first(), kafka.last()),
          StoreCommand.count(kafka.count(), "record"));
    }
    throw new AssertionError(origin.system());
  }

  private static String numbers(String noun, long first, long last) {
    return first == last ? noun + " " + first : noun + "s " + first + " to " + last;
  }

  static String json(Trace trace, boolean down) {
    return Json.object(
        json -> {
          json.writeStringField("root", trace.root().toString());
          json.writeStringField("direction", down ? "downstream" : "upstream");
          json.writeBooleanField("partial", trace.partial());
          json.writeArrayFieldStart("boms");
          for (Trace.Entry entry : trace.entries().values()) {
            json.writeStartObject();
            json.writeStringField("bom", entry.cid().toString());
            json.writeStringField("step", entry.step());
            json.writeNumberField("distance", entry.distance());
            json.writeStringField("order", entry.bom().order().toString());
            json.writeStringField("data", entry.bom().output().data().toString());
            json.writeNumberField("records", entry.bom().output().records());
            json.writeNumberField("bytes", entry.bom().output().bytes());
            links(json, "links", entry.links());
            links(json, "elsewhere", entry.elsewhere());
            if (!entry.pruned().isEmpty()) {
              links(json, "pruned", entry.pruned());
            }
            origins(json, entry.origins());
            json.writeBooleanField("cut", entry.cut());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static void origins(JsonGenerator json, List<Origin> origins) throws IOException {
    json.writeArrayFieldStart("origins");
    for (Origin origin : origins) {
      json.writeStartObject();
      json.writeStringField("system", origin.system());
      if (origin instanceof Origin.File file) {
        json.writeStringField("name", file.name());
        json.writeStringField("file", file.file().toString());
        json.writeNumberField("first", file.first());
        json.writeNumberField("count", file.count());
      } else if (origin instanceof Origin.Kafka kafka) {
        json.writeStringField("topic", kafka.topic());
        json.writeNumberField("partition", kafka.partition());
        json.writeNumberField("first", kafka.first());
        json.writeNumberField("last", kafka.last());
        json.writeNumberField("count", kafka.count());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Prints records as the walk comes to them, under a heading per lot. */
  static final class RecordPrinter implements RecordTrace.Visitor {
    private final PrintWriter out;
    private final boolean json;
    private Cid heading;
    private long records;
    private long sources;
    private long pruned;

    RecordPrinter(PrintWriter out, boolean json) {
      this.out = out;
      this.json = json;
    }

    @Override
    public boolean visit(RecordTrace.Found found) {
      records++;
      sources += found.origins().isEmpty() ? 0 : 1;
      if (json) {
        out.println(line(found));
      } else {
        print(found);
      }
      return !out.checkError();
    }

    @Override
    public void pruned(Cid bom, int behind) {
      pruned += behind;
    }

    private void print(RecordTrace.Found found) {
      if (!found.bom().equals(heading)) {
        heading = found.bom();
        out.printf(
            "%s%s  %s%n", records == 1 ? "" : System.lineSeparator(), found.step(), found.bom());
      }
      out.printf(
          "  [%d] %s%n",
          found.index(), found.json().orElse("(not here: this lot is only hashed, or was pruned)"));
      for (Origin origin : found.origins()) {
        out.println("      from " + text(origin));
      }
    }

    private static String line(RecordTrace.Found found) {
      return Json.object(
          object -> {
            object.writeNumberField("distance", found.distance());
            object.writeStringField("step", found.step());
            object.writeStringField("bom", found.bom().toString());
            object.writeStringField("data", found.data().toString());
            object.writeNumberField("index", found.index());
            Json.raw(object, "record", found.json().orElse("null"));
            origins(object, found.origins());
          });
    }

    void summary() {
      out.printf(
          "%n%s in all, %s of a source%n",
          StoreCommand.count(records, "record"), StoreCommand.count(sources, "record"));
      if (pruned > 0) {
        out.printf(
            "%s more, and what is behind them, were pruned from this store%n",
            StoreCommand.count(pruned, "record"));
      }
    }
  }
}
