package dev.cats.cli;

import dev.cats.bom.LineageLogs;
import dev.cats.bom.NodeKey;
import dev.cats.connector.ipfs.FileSystemPlugins;
import dev.cats.connector.kafka.EventSchemas;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.egress.EgressOptions;
import dev.cats.initiative.DataInitiative;
import dev.cats.job.iris.IrisJob;
import dev.cats.job.iris.IrisSummaryJob;
import dev.cats.job.seismology.KafkaFeed;
import dev.cats.job.seismology.SeismologyJob;
import dev.cats.lot.StageOptions;
import dev.cats.supply.LotSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats run}: runs an initiative over the user's own input. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Runs a data initiative and records every step of it.",
    footer = {
      "",
      "Initiatives:",
      "  seismology     earthquakes of a USGS GeoJSON feed: per network the daily magnitudes and the b-value",
      "  iris           a table of irises (CSV): of each flower the petal area, on Ray",
      "  iris-summary   what iris committed: of each species the mean petal area, on Ray; its BOMs link to those of iris",
      "",
      "Examples:",
      "  ./cats run seismology --input all_week.geojson",
      "  ./cats run seismology --input all_week.geojson --store /data/usgs --parallelism 4",
      "  ./cats run seismology --input a.geojson -D cats.lot.scope=exchange",
      "  ./cats run seismology --input a.geojson --repeatable   two such runs have the same CIDs",
      "  ./cats run seismology --input ipfs://CID --from kubo://127.0.0.1:5001   a file in a node of IPFS",
      "  ./cats run seismology --kafka localhost:9092   until Ctrl-C, and goes on from there the next time",
      "  ./cats run seismology --kafka localhost:9092 --topic quakes --to-end   what is in the topic, once",
      "  ./cats up ray --store irises   workers for Python functions, which says where their gateway is",
      "  ./cats run iris --input jobs/src/main/resources/data/iris.csv --ray --store irises",
      "  ./cats run iris-summary --of HEAD --from irises --ray http://127.0.0.1:24101 --store species",
      "  ./cats trace HEAD --store layered:species,irises   from a mean to the rows of the table",
      "  ./cats run seismology --input a.geojson --json   ends with one object:",
      "    {\"initiative\",\"head\",\"events\",\"rejected\",\"seconds\",\"steps\":[{\"step\",\"records\",\"lots\",\"boms\",\"bytes\"}],",
      "     \"outputs\":[{\"step\",\"bom\",\"data\"}]}",
      "",
      "From Kafka, results go to TOPIC.daily, TOPIC.b-value, TOPIC.others and TOPIC.rejects, exactly once, each record",
      "with the headers cats-bom and cats-index; what was committed is told in TOPIC.lineage.",
      "On a cluster: flink run jobs/target/cats-jobs.jar run seismology --input FILE --store DIR",
      "Feeds: https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php"
    })
final class RunCommand extends RunningCommand {
  private static final String TOPIC = SeismologyJob.NAME;

  /**
   * Of a run without end. Each commit takes a new transaction of each sink, whose id brokers
   * remember for days.
   */
  private static final Duration COMMIT_EVERY = Duration.ofSeconds(10);

  private static final int OWNER_LETTERS = 10;

  private static final String TEMPORARY = System.getProperty("java.io.tmpdir");

  /** The initiatives that there are, by what people call them. */
  enum Initiative {
    SEISMOLOGY("seismology", SeismologyJob.NAME, "--input FILE or --kafka HOST:PORT"),
    IRIS("iris", IrisJob.NAME, "--input FILE"),
    IRIS_SUMMARY("iris-summary", IrisSummaryJob.NAME, "--of CID --from STORE");

    private final String word;
    private final String chain;
    private final String sources;

    Initiative(String word, String chain, String sources) {
      this.word = word;
      this.chain = chain;
      this.sources = sources;
    }

    @Override
    public String toString() {
      return word;
    }

    /** By its word alone: names of constants are nobody's business. */
    static final class ByWord implements CommandLine.ITypeConverter<Initiative> {
      @Override
      public Initiative convert(String given) {
        return Arrays.stream(values())
            .filter(one -> one.word.equals(given))
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandLine.TypeConversionException(
                        "expected one of %s, found '%s'"
                            .formatted(
                                Arrays.stream(values())
                                    .map(Initiative::toString)
                                    .collect(Collectors.joining(", ")),
                                given)));
      }
    }
  }

  /** Where events come from. */
  static final class From {
    @Option(
        names = "--input",
        paramLabel = "FILE",
        required = true,
        description =
            "The feed or table: a file, a URI of a file system that Flink knows, or ipfs://CID of a file.")
    private String input;

    @Option(
        names = "--kafka",
        paramLabel = "HOST:PORT",
        required = true,
        description = "A Kafka cluster that has the feed as events; several apart by commas.")
    private String kafka;

    @Option(
        names = "--of",
        paramLabel = "CID",
        required = true,
        description = {
          "What another initiative committed, up to this manifest of its chain, or HEAD as it is now;",
          "the store that has it is named with --from."
        })
    private String of;
  }

  @Parameters(
      converter = Initiative.ByWord.class,
      paramLabel = "INITIATIVE",
      description = "Which: ${COMPLETION-CANDIDATES}.")
  private Initiative initiative;

  @ArgGroup(multiplicity = "1")
  private From from;

  @Option(
      names = "--from",
      paramLabel = "STORE",
      description =
          "With --input ipfs://CID or --of: where to fetch it, such as kubo://HOST:PORT. Default: the store.")
  private String inputFrom;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = TOPIC,
      description = "With --kafka: the topic of events. Default: ${DEFAULT-VALUE}.")
  private String topic;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "With --kafka: properties of Kafka's clients, such as for TLS and SASL; schema.registry.* for the registry.")
  private Path config;

  @Option(
      names = "--schemas",
      paramLabel = "DIR",
      description =
          "With --kafka: a folder of files *.avsc, older or newer schemas that events were written with.")
  private Path schemas;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = "With --kafka: the schema registry of events in Confluent's format.")
  private String registry;

  @Option(
      names = "--to-end",
      description =
          "With --kafka: read to the end that the topic has now, from its start, and finish.")
  private boolean toEnd;

  private KafkaFeed feed;

  @Override
  String initiative() {
    return initiative.chain;
  }

  @Override
  public Integer call() throws Exception {
    boolean fits =
        switch (initiative) {
          case SEISMOLOGY -> from.of == null;
          case IRIS -> from.input != null;
          case IRIS_SUMMARY -> from.of != null;
        };
    if (!fits) {
      throw Failure.usage(
          "Cannot run %s over %s: expected %s"
              .formatted(
                  initiative,
                  from.of != null ? "--of" : from.kafka != null ? "--kafka" : "--input",
                  initiative.sources),
          "Examples: ./cats run --help");
    }
    return super.call();
  }

  @Override
  boolean isContinuous() {
    return from.kafka != null && !toEnd;
  }

  @Override
  Configuration needs(boolean local) throws IOException {
    Configuration needs = new Configuration();
    if (from.kafka == null) {
      return needs;
    }
    KafkaTopic.checkAddress(from.kafka);
    String kafka = from.kafka.replaceAll("\\s", "");
    Properties client = config == null ? new Properties() : KafkaTopic.properties(config);
    feed =
        new KafkaFeed(
            kafka, topic, owner(local), client, schemas(), Optional.ofNullable(registry), toEnd);
    String settings =
        config == null ? "" : "?config=" + config.toAbsolutePath().toUri().getRawPath();
    String lineage = "kafka://" + kafka + "/" + feed.lineage() + settings;
    needs.set(EgressOptions.LINEAGE_LOG, lineage);
    if (local) {
      prepareTopics(client);
      LineageLogs.open(lineage).close();
      if (isContinuous()) {
        needs.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, COMMIT_EVERY);
      }
      needs.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
      needs.set(
          RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
          Duration.ofMillis(500));
      needs.set(
          RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
          Duration.ofSeconds(10));
      if (isContinuous() && "file".equals(where().uri().getScheme())) {
        new StateFolder(Path.of(where().uri()).resolve("state").resolve(topic)).configure(needs);
        Optional<String> state = needs.getOptional(StateRecoveryOptions.SAVEPOINT_PATH);
        state.ifPresent(path -> err().println("Going on from " + path));
      }
    }
    return needs;
  }

  /**
   * Names the chain that this run adds to: by the key of its store, or by where that is. What reads
   * a topic once has transactions of its own, beside those of a run that will go on.
   */
  private String owner(boolean local) throws IOException {
    URI store = where().uri();
    String named =
        local && "file".equals(store.getScheme())
            ? NodeKey.loadOrCreate(Path.of(store).resolve("node.key")).did()
            : Cid.sha256(Cid.RAW, Bytes.utf8(store.toString())).toString();
    return named.substring(named.length() - OWNER_LETTERS) + (toEnd ? "-once" : "");
  }

  private EventSchemas schemas() throws IOException {
    EventSchemas known = EventSchemas.builtIn();
    return schemas == null ? known : known.and(schemas);
  }

  /** Says what is missing before anything starts, and makes the topics of the results. */
  private void prepareTopics(Properties client) {
    OptionalInt partitions = KafkaTopic.toRead(topic, from.kafka, client).partitions();
    if (partitions.isEmpty()) {
      throw Failure.usage(
          "Cannot read topic %s of Kafka at %s: there is no such topic"
              .formatted(topic, from.kafka),
          "Send events to it: ./cats produce --topic %s --bootstrap %s FILE"
              .formatted(topic, from.kafka));
    }
    for (String output : feed.outputs()) {
      KafkaTopic there = KafkaTopic.toWrite(output, from.kafka, client);
      if (there.partitions().isEmpty()) {
        there.create(partitions.getAsInt());
      }
    }
  }

  @Override
  DataInitiative pipeline(StreamExecutionEnvironment env, Configuration configuration)
      throws IOException {
    return switch (initiative) {
      case SEISMOLOGY ->
          feed == null
              ? SeismologyJob.on(env, input(), configuration)
              : SeismologyJob.on(env, feed, configuration);
      case IRIS -> IrisJob.on(env, input(), onRay(configuration));
      case IRIS_SUMMARY -> IrisSummaryJob.on(env, committed(), onRay(configuration));
    };
  }

  /** Settings that say where workers are, as nothing but them has these functions. */
  private Configuration onRay(Configuration configuration) {
    if (!configuration.contains(StageOptions.GATEWAY)
        && !configuration.contains(StageOptions.WORKERS)) {
      throw Failure.usage(
          "Cannot run %s: its functions are Python, and no Ray cluster is named"
              .formatted(initiative),
          "Start one, ./cats up ray%s, and add --ray; or name one that is there: --ray http://HOST:PORT"
              .formatted(where().option()));
    }
    return configuration;
  }

  /** The lots that {@code --of} names. */
  private LotSource.From committed() throws IOException {
    String named = inputFrom == null ? where().location() : inputFrom;
    LotSource.From committed =
        LotSource.from(
            named.matches(StoreOption.URI_FORM)
                ? named
                : Path.of(named).toAbsolutePath().toString());
    if (from.of.equals("HEAD")) {
      return committed;
    }
    try {
      return committed.at(Cid.parse(from.of));
    } catch (DecodeException e) {
      throw Failure.usage(
          "Invalid --of %s: %s".formatted(from.of, e.getMessage()),
          "Expected the CID of a manifest, which a run ends with and ./cats log prints, or HEAD.",
          e);
    }
  }

  @Override
  Stream<String> inputs() {
    return Stream.of(from.input, inputFrom).filter(Objects::nonNull);
  }

  private org.apache.flink.core.fs.Path input() throws IOException {
    if (from.input.isBlank()) {
      throw Failure.usage(
          "Invalid --input: expected a file or a URI, found nothing",
          "Try: --input all_week.geojson");
    }
    Optional<Cid> named = NamedInput.cid(from.input);
    if (named.isPresent()) {
      return new org.apache.flink.core.fs.Path(fetched(named.get()).toUri());
    }
    if (from.input.matches(StoreOption.URI_FORM)) {
      org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(from.input);
      FileSystemPlugins.requireNoCredentials(path.toUri());
      return path;
    }
    return new org.apache.flink.core.fs.Path(Path.of(from.input).toAbsolutePath().toUri());
  }

  /** Into the store's folder, or where that is none, into that of temporary files. */
  private Path fetched(Cid content) throws IOException {
    URI store = where().uri();
    Path folder =
        Path.of("file".equals(store.getScheme()) ? Path.of(store).toString() : TEMPORARY)
            .resolve("inputs");
    try (BlockStore source =
        inputFrom == null ? where().openToAdd() : StoreOption.opened(inputFrom)) {
      return NamedInput.in(folder, content, source);
    }
  }
}
