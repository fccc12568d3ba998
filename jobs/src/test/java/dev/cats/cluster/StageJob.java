package dev.cats.cluster;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.egress.EgressOptions;
import dev.cats.event.Arrival;
import dev.cats.event.Position;
import dev.cats.initiative.DataInitiative;
import dev.cats.lot.HandOver;
import dev.cats.lot.LotOptions;
import dev.cats.lot.StageOptions;
import dev.cats.ray.PythonFunction;
import dev.cats.stage.StageFunction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A job whose parcels are measured by a Python function, which is held for as long as there is no
 * file that is its gate. Its main method runs it on a MiniCluster in a JVM of its own, and says on
 * each line how many bytes of parcels it has made so far.
 */
public final class StageJob {
  static final int PARCEL = 64 << 10;
  static final String MADE = "MADE ";

  private static final AtomicLong MADE_BYTES = new AtomicLong();
  private static final long SAY_MILLIS = 100;

  /** What the file of the numbers holds, for all that anyone looks: it is an artifact. */
  static final String TEXT = "numbers\n";

  private static final Cid FILE = Cid.sha256(Cid.RAW, Bytes.utf8(TEXT));

  private StageJob() {}

  /** What is sent to workers. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Parcel(long number, byte[] content) {}

  /** What they answer. */
  public record Receipt(long number, long bytes) {}

  /**
   * Runs to its end.
   *
   * @param args store, gateway, file of the numbers, gate, parcels
   */
  public static void main(String[] args) throws Exception {
    Configuration config = settings(args[0], args[1]);
    config.set(StageOptions.IN_FLIGHT, 4);
    config.set(LotOptions.BYTES, MemorySize.ofMebiBytes(1));
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    config.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16));
    config.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
    Thread telling = new Thread(StageJob::tell, "telling");
    telling.setDaemon(true);
    telling.start();
    initiative(
            config,
            Path.of(args[2]),
            held(Path.of(args[3])),
            Integer.parseInt(args[4]),
            PARCEL,
            Double.MAX_VALUE)
        .execute();
  }

  private static void tell() {
    while (true) {
      System.out.println(MADE + MADE_BYTES.get());
      try {
        Thread.sleep(SAY_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  static Configuration settings(String store, String gateway) {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, store);
    config.set(StageOptions.GATEWAY, gateway);
    config.set(StageOptions.TIMEOUT, Duration.ofMinutes(10));
    config.set(LotOptions.MAX_AGE, Duration.ofMillis(100));
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
    return config;
  }

  static PythonFunction held(Path gate) throws IOException {
    Path sources = Path.of(System.getProperty("cats.root"), "jobs/src/test/python/held");
    return PythonFunction.in(sources, "held:measured").with("gate", gate.toString());
  }

  /** The job, with one subtask. */
  static DataInitiative initiative(
      Configuration config,
      Path file,
      StageFunction function,
      int parcels,
      int bytes,
      double perSecond)
      throws IOException {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
    env.setParallelism(1);
    DataInitiative initiative = DataInitiative.on(env, "parcels", config);
    initiative.artifact(file.toUri());
    initiative
        .source("numbers", source(parcels, perSecond), String.class)
        .map("parcels", new Packing(bytes))
        .onRay("receipts", function, Receipt.class)
        .egress();
    return initiative;
  }

  private static Source<Arrival<String>, ?, ?> source(int parcels, double perSecond) {
    return new DataGeneratorSource<>(
        new Numbers(),
        parcels,
        perSecond == Double.MAX_VALUE
            ? RateLimiterStrategy.noOp()
            : RateLimiterStrategy.perSecond(perSecond),
        HandOver.type());
  }

  private record Numbers() implements GeneratorFunction<Long, Arrival<String>> {
    @Override
    public Arrival<String> map(Long index) {
      return Arrival.of(new Position.FileRecord("numbers.csv", FILE, index), Long.toString(index));
    }
  }

  private record Packing(int bytes) implements MapFunction<String, Parcel> {
    @Override
    public Parcel map(String number) {
      MADE_BYTES.addAndGet(bytes);
      return new Parcel(Long.parseLong(number), new byte[bytes]);
    }
  }
}
