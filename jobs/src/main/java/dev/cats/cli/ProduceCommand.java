package dev.cats.cli;

import dev.cats.connector.kafka.EventProducer;
import dev.cats.connector.kafka.EventWriter;
import dev.cats.connector.kafka.WireFormat;
import dev.cats.feed.Attributes;
import dev.cats.feed.Entry;
import dev.cats.feed.EventFile;
import dev.cats.feed.FileFormat;
import dev.cats.feed.TimeOrder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code cats produce}: sends a file to a Kafka topic, an event per feature, line, row or record.
 */
@Command(
    name = "produce",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Sends a file to a Kafka topic as events, each acknowledged and sent once.",
    footer = {
      "",
      "Formats, by the file's name or --format:",
      "  geojson  .geojson .json a FeatureCollection, .geojsonl a feature per line: id, properties.net as subject,",
      "           properties.time as time, the feature's very text as data",
      "  jsonl    .jsonl .ndjson, a JSON object per line",
      "  csv      .csv, the first line names the columns; an event's data is the row as a JSON object of texts",
      "  avro     .avro, an object container file: events as they are, other records as JSON",
      "Events with one subject stay in order. What is malformed is reported and sent as it stands, for it is data",
      "and the pipeline records it as refused; --skip-malformed leaves it out.",
      "",
      "Examples:",
      "  ./cats produce --topic quakes --bootstrap localhost:9092 all_week.geojson --order time",
      "  ./cats produce --topic readings --bootstrap localhost:9092 readings.csv --subject station --time at",
      "  ./cats produce --topic log --bootstrap localhost:9092 app.jsonl --follow",
      "  ./cats produce --topic quakes --bootstrap kafka:9093 --config client.properties week.geojson",
      "  ./cats produce --topic quakes --bootstrap localhost:9092 week.geojson --json   ends with one object:",
      "    {\"topic\",\"sent\",\"skipped\",\"malformed\",\"seconds\",\"perSecond\"}"
    })
final class ProduceCommand implements Callable<Integer> {
  private static final int PARTITIONS = 4;
  private static final int MOST_REPORTS = 10;

  /** A broker that is away comes back; Kafka's own patience ends sooner. */
  private static final Map<String, String> PATIENCE =
      Map.of("delivery.timeout.ms", "300000", "max.block.ms", "300000");

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The file to send.")
  private Path file;

  @Option(
      names = "--topic",
      paramLabel = "T",
      required = true,
      description = "The topic. One that is not there is created.")
  private String topic;

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      required = true,
      description = "Where the Kafka cluster listens; several apart by commas.")
  private String bootstrap;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Kafka client properties, for TLS and SASL; schema.registry.* for the registry.")
  private Path config;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "Of a topic that is created. Default: " + PARTITIONS + ".")
  private Integer partitions;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "geojson, jsonl, csv or avro, where the file's name does not say it.")
  private String format;

  @Option(
      names = "--wire",
      paramLabel = "FORMAT",
      defaultValue = "avro",
      description =
          "avro (single object), confluent (with --registry) or cloudevents (binary mode). Default:"
              + " ${DEFAULT-VALUE}.")
  private String wire;

  @Option(names = "--registry", paramLabel = "URL", description = "The schema registry.")
  private String registry;

  @Option(
      names = "--rate",
      paramLabel = "N/s",
      description = "At most so many events a second. Default: as fast as it goes.")
  private String rate;

  @Option(
      names = "--follow",
      description =
          "Go on as the file grows, and through its rotation, until Ctrl-C. Lines and CSV only.")
  private boolean follow;

  @Option(
      names = "--order",
      paramLabel = "time",
      description = "time: oldest first. Holds the whole file in memory.")
  private String order;

  @Option(names = "--skip-malformed", description = "Leave out what is malformed.")
  private boolean skipMalformed;

  @Option(
      names = "--source",
      paramLabel = "URI",
      description = "The events' source. Default: the file's name.")
  private String source;

  @Option(names = "--type", paramLabel = "TYPE", description = "The events' type.")
  private String type;

  @Option(
      names = "--id",
      paramLabel = "FIELD",
      description = "The field with the id (a.b: b inside a). Default: the number in the file.")
  private String id;

  @Option(
      names = "--subject",
      paramLabel = "FIELD",
      description = "The field with the subject. Without one all events are in one order.")
  private String subject;

  @Option(
      names = "--time",
      paramLabel = "FIELD",
      description = "The field with the time: milliseconds since 1970, or 2018-04-05T17:31:00Z.")
  private String time;

  @Option(names = "--initiative", paramLabel = "NAME", description = "The data initiative.")
  private String initiative;

  @Option(names = "--dataproduct", paramLabel = "NAME", description = "The data product in it.")
  private String dataproduct;

  @Option(names = "--json", description = "End with one JSON object, for programs.")
  private boolean json;

  private long malformed;
  private long skipped;

  @Override
  public Integer call() throws Exception {
    Pace pace = rate == null ? Pace.unlimited() : Pace.of(rate);
    checkOptions();
    EventWriter writer = writer();
    try (StopSignal stop = StopSignal.install();
        EventFile events = open(stop)) {
      KafkaTopic kafka = KafkaTopic.toWrite(topic, bootstrap, client());
      prepare(kafka);
      try (Sending sending = new Sending(producer(kafka, writer), err())) {
        send(events, sending, pace, stop);
        sending.finish();
        report(sending);
      }
      stop.done(follow);
    }
    return 0;
  }

  private void checkOptions() {
    if (partitions != null && partitions < 1) {
      throw Failure.usage(
          "Invalid --partitions: expected 1 or more, found " + partitions, "Try: --partitions 4");
    }
    if (order != null && !order.equals("time")) {
      throw Failure.usage("Invalid --order: expected time, found " + order, "Try: --order time");
    }
    if (order != null && follow) {
      throw Failure.usage(
          "Cannot --follow a file in the --order of time: it has no end", "Leave one of them out.");
    }
  }

  private EventWriter writer() throws IOException {
    WireFormat format = WireFormat.named(wire);
    if (format != WireFormat.CONFLUENT) {
      return EventWriter.of(format);
    }
    if (registry == null) {
      throw Failure.usage(
          "Cannot write wire format confluent without a schema registry",
          "Try: --wire confluent --registry http://localhost:8081");
    }
    Map<String, String> properties = new LinkedHashMap<>();
    Properties all = client();
    all.stringPropertyNames().forEach(name -> properties.put(name, all.getProperty(name)));
    return EventWriter.confluent(registry, properties);
  }

  private Properties client() throws IOException {
    return config == null ? new Properties() : KafkaTopic.properties(config);
  }

  private EventFile open(StopSignal stop) throws IOException {
    FileFormat known =
        format != null
            ? FileFormat.named(format)
            : FileFormat.of(file)
                .orElseThrow(
                    () ->
                        Failure.usage(
                            "Cannot tell the format of " + file + " by its name",
                            "Say it: --format geojson, jsonl, csv or avro"));
    Attributes attributes = Attributes.of(source, type, id, subject, time, initiative, dataproduct);
    if (follow) {
      return EventFile.follow(file, known, attributes, stop::isStopped);
    }
    EventFile events = EventFile.open(file, known, attributes);
    return order == null ? events : new TimeOrder(events);
  }

  /** Sees to it that the topic is there. */
  private void prepare(KafkaTopic kafka) {
    OptionalInt found = kafka.partitions();
    if (found.isEmpty()) {
      int wanted = partitions == null ? PARTITIONS : partitions;
      kafka.create(wanted);
      err().printf("Created topic %s with %s.%n", topic, count(wanted, "partition"));
    } else if (partitions != null && partitions != found.getAsInt()) {
      err()
          .printf(
              "Topic %s is there and keeps its %s.%n", topic, count(found.getAsInt(), "partition"));
    }
    err().flush();
  }

  private EventProducer producer(KafkaTopic kafka, EventWriter writer) throws IOException {
    Properties properties = new Properties();
    properties.putAll(PATIENCE);
    properties.putAll(client());
    try {
      return EventProducer.to(bootstrap, topic, writer, properties);
    } catch (KafkaException e) {
      throw kafka.cannot("write to", e.getCause() == null ? e : e.getCause());
    }
  }

  private void send(EventFile events, Sending sending, Pace pace, StopSignal stop)
      throws IOException {
    for (Optional<Entry> next = events.next();
        next.isPresent() && !stop.isStopped();
        next = events.next()) {
      Entry entry = next.get();
      entry.fault().ifPresent(fault -> reportMalformed(entry, fault, skipMalformed));
      if (entry.fault().isPresent() && skipMalformed) {
        continue;
      }
      pace.await(stop::isStopped);
      try {
        sending.send(entry.event());
      } catch (IllegalArgumentException e) { // it is no event, or too large
        reportMalformed(entry, e.getMessage(), true);
      }
    }
  }

  private void reportMalformed(Entry entry, String fault, boolean skip) {
    malformed++;
    if (skip) {
      skipped++;
    }
    if (malformed <= MOST_REPORTS) {
      err()
          .println(
              Failures.onScreen(
                  "%s: %s (%s)"
                      .formatted(entry.place(), fault, skip ? "skipped" : "sent as it is")));
    } else if (malformed == MOST_REPORTS + 1) {
      err().println("There are more; they are counted.");
    }
    err().flush();
  }

  private void report(Sending sending) {
    double seconds = sending.seconds();
    long sent = sending.acknowledged();
    double perSecond = seconds > 0 ? sent / seconds : 0;
    if (json) {
      out()
          .println(
              Json.object(
                  fields -> {
                    fields.writeStringField("topic", topic);
                    fields.writeNumberField("sent", sent);
                    fields.writeNumberField("skipped", skipped);
                    fields.writeNumberField("malformed", malformed);
                    fields.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
                    fields.writeNumberField("perSecond", Math.round(perSecond));
                  }));
    } else {
      out()
          .printf(
              Locale.ROOT,
              "%s: %s sent to topic %s in %.1f s, %,.0f/s; %,d malformed, %,d skipped%n",
              file.getFileName(),
              count(sent, "event"),
              topic,
              seconds,
              perSecond,
              malformed,
              skipped);
      sending
          .offsets()
          .forEach(
              (partition, offsets) ->
                  out()
                      .printf(
                          "  partition %d, offsets %d to %d%n",
                          partition, offsets.first(), offsets.last()));
    }
    out().flush();
  }

  private static String count(long number, String thing) {
    return String.format(Locale.ROOT, "%,d %s%s", number, thing, number == 1 ? "" : "s");
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
