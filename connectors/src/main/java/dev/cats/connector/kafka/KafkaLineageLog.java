package dev.cats.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cats.bom.LineageLog;
import dev.cats.bom.LineageLogProvider;
import dev.cats.bom.LineageLogs;
import dev.cats.bom.Manifest;
import dev.cats.content.Cid;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted topic that tells of every BOM and manifest that is committed: the key is the CID, the
 * value says what it is, in JSON.
 *
 * <pre>
 * {"kind":"bom","cid":"bafy…","initiative":"usgs-seismology","manifest":"bafy…"}
 * {"kind":"manifest","cid":"bafy…","initiative":"usgs-seismology","run":"…","checkpoint":17,
 *  "previous":"bafy…","boms":212,"rejected":0,"sealedAt":1767225600000,"node":"did:key:z6Mk…"}
 * </pre>
 *
 * <p>All BOMs of a manifest are in the topic before it is. What is told again after a crash has the
 * same keys and values, so compaction leaves one of each. The topic is made if it is not there, of
 * one partition, so that a reader of it sees what is told in the order of committing. One that is
 * there is taken as it is; that it is not compacted is said in the log.
 */
public final class KafkaLineageLog implements LineageLog {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaLineageLog.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final String topic;
  private final KafkaFailures failures;
  private final KafkaProducer<byte[], byte[]> producer;
  private final BrokerGuard guard; // a producer waits without a word

  private KafkaLineageLog(
      String topic,
      KafkaFailures failures,
      KafkaProducer<byte[], byte[]> producer,
      BrokerGuard guard) {
    this.topic = topic;
    this.failures = failures;
    this.producer = producer;
    this.guard = guard;
  }

  /** Opens the log in a topic; makes the topic if it is not there. */
  static KafkaLineageLog open(Brokers brokers, String topic) throws IOException {
    KafkaFailures failures = KafkaFailures.writing(brokers, topic);
    String patience = String.valueOf(Duration.ofMinutes(15).toMillis());
    Brokers ours =
        brokers
            .with(ProducerConfig.ACKS_CONFIG, "all", "what was told could be lost with a broker")
            .withDefault(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, patience)
            .withDefault(ProducerConfig.MAX_BLOCK_MS_CONFIG, patience)
            .withDefault(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    ByteArraySerializer bytes = new ByteArraySerializer();
    try {
      create(brokers, topic);
      KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(ours.settings(), bytes, bytes);
      return new KafkaLineageLog(topic, failures, producer, new BrokerGuard(brokers));
    } catch (ExecutionException | KafkaException e) {
      throw explained(failures, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot open the lineage log in topic " + topic + ": interrupted", e);
    }
  }

  private static void create(Brokers brokers, String topic)
      throws ExecutionException, InterruptedException {
    NewTopic wanted =
        new NewTopic(topic, Optional.of(1), Optional.empty())
            .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    int patience = (int) BrokerWatch.PATIENCE.toMillis();
    ListTopicsOptions listing = new ListTopicsOptions().timeoutMs(patience);
    CreateTopicsOptions creating = new CreateTopicsOptions().timeoutMs(patience);
    try (BrokerWatch watch = new BrokerWatch(brokers);
        Admin admin = brokers.admin()) {
      watch.wait(
          () -> {
            if (admin.listTopics(listing).names().get().contains(topic)) {
              checkCleanup(brokers, topic, admin);
              return true;
            }
            try {
              admin.createTopics(List.of(wanted), creating).all().get();
            } catch (ExecutionException e) {
              if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
              }
            }
            return true;
          });
    }
  }

  /** A topic that was there may lose what it was told; that is said, and is its owner's choice. */
  private static void checkCleanup(Brokers brokers, String topic, Admin admin)
      throws ExecutionException, InterruptedException {
    ConfigResource asked = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    DescribeConfigsOptions options =
        new DescribeConfigsOptions().timeoutMs((int) BrokerWatch.PATIENCE.toMillis());
    String policy;
    try {
      policy =
          admin
              .describeConfigs(List.of(asked), options)
              .values()
              .get(asked)
              .get()
              .get(TopicConfig.CLEANUP_POLICY_CONFIG)
              .value();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        LOG.info("Cannot see whether topic {} of the lineage log is compacted: no right", topic);
        return;
      }
      throw e;
    }
    if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      LOG.warn(
          "Topic {} of the lineage log has cleanup.policy={}, so Kafka deletes what it was told"
              + " when its retention is over. To keep it: kafka-configs.sh --bootstrap-server {}"
              + " --alter --entity-type topics --entity-name {} --add-config"
              + " cleanup.policy=compact",
          topic,
          policy,
          brokers,
          topic);
    }
  }

  @Override
  public void committed(Manifest manifest, List<Cid> boms) throws IOException {
    try {
      List<Future<?>> sent = new ArrayList<>();
      for (Cid bom : boms) {
        sent.add(send(bom, bom(bom, manifest)));
      }
      await(sent);
      await(List.of(send(manifest.cid(), manifest(manifest, boms.size()))));
    } catch (ExecutionException | KafkaException e) {
      throw explained(failures, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot write to topic " + topic + ": interrupted", e);
    }
  }

  private Future<?> send(Cid key, ObjectNode value) throws IOException {
    return producer.send(
        new ProducerRecord<>(topic, key.toString().getBytes(UTF_8), JSON.writeValueAsBytes(value)));
  }

  private void await(List<Future<?>> sent) throws ExecutionException, InterruptedException {
    producer.flush();
    for (Future<?> each : sent) {
      each.get();
    }
  }

  private static ObjectNode bom(Cid bom, Manifest manifest) {
    return JSON.createObjectNode()
        .put("kind", "bom")
        .put("cid", bom.toString())
        .put("initiative", manifest.initiative())
        .put("manifest", manifest.cid().toString());
  }

  private static ObjectNode manifest(Manifest manifest, int boms) {
    return JSON.createObjectNode()
        .put("kind", "manifest")
        .put("cid", manifest.cid().toString())
        .put("initiative", manifest.initiative())
        .put("run", manifest.run())
        .put("checkpoint", manifest.checkpoint())
        .put("previous", manifest.previous().map(Cid::toString).orElse(null))
        .put("boms", boms)
        .put("rejected", manifest.rejected())
        .put("sealedAt", manifest.sealedAt())
        .put("node", manifest.node());
  }

  private static IOException explained(KafkaFailures failures, Exception thrown) {
    if (KafkaFailures.kafkas(thrown) instanceof InterruptException) {
      Thread.currentThread().interrupt();
    }
    return failures.explained(thrown) instanceof IOException explained
        ? explained
        : new IOException(thrown);
  }

  @Override
  public void close() {
    guard.close();
    producer.close(Duration.ZERO); // what was told is there, what was not is told again
  }

  /** Opens {@code kafka://HOST:PORT[,HOST:PORT…]/TOPIC[?config=FILE]}. */
  public static final class Provider implements LineageLogProvider {
    private static final Pattern PATH = Pattern.compile("/([a-zA-Z0-9._-]{1,249})");
    private static final Pattern QUERY = Pattern.compile("config=(.+)");

    @Override
    public String form() {
      return "kafka://HOST:PORT/TOPIC[?config=FILE]";
    }

    @Override
    public boolean accepts(URI uri) {
      return "kafka".equals(uri.getScheme());
    }

    @Override
    public LineageLog open(URI uri) throws IOException {
      String shown = LineageLogs.shown(uri.toString());
      Matcher path = PATH.matcher(uri.getPath() == null ? "" : uri.getPath());
      Matcher query = QUERY.matcher(uri.getQuery() == null ? "" : uri.getQuery());
      if (uri.getAuthority() == null
          || !path.matches()
          || (uri.getQuery() != null && !query.matches())) {
        throw new IOException("Cannot open lineage log " + shown + ": expected " + form());
      }
      Properties settings = new Properties();
      if (uri.getQuery() != null) {
        Path file = Path.of(query.group(1));
        try (Reader in = Files.newBufferedReader(file)) {
          settings.load(in);
        } catch (IOException | IllegalArgumentException e) {
          // What is in the file is not for messages.
          throw new IOException(
              "Cannot open lineage log " + shown + ": cannot read the settings in " + file, e);
        }
      }
      return KafkaLineageLog.open(new Brokers(uri.getAuthority(), settings), path.group(1));
    }
  }
}
