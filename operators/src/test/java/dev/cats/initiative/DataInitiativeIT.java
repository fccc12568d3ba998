package dev.cats.initiative;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.egress.EgressOptions;
import dev.cats.lot.LotOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataInitiativeIT {

  @ParameterizedTest
  @CsvSource({"STEP, 1", "STEP, 2", "EXCHANGE, 1", "EXCHANGE, 2"})
  void everyStepIsRecordedInBomsThatAddUp(LotOptions.Scope scope, int parallelism)
      throws Exception {
    String name = "pipeline-" + UUID.randomUUID();
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, "memory:" + name);
    config.set(LotOptions.SCOPE, scope);
    config.set(LotOptions.RECORDS, 300);
    config.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    env.setParallelism(parallelism);

    DataInitiative initiative = DataInitiative.on(env, "sample", config);
    TracedStream<dev.cats.sample.Reading> readings =
        initiative
            .source("lines", Readings.source(10_000), String.class)
            .flatMap("parse", new Readings.Parse())
            .check("sane", new Readings.NotNegative());
    TracedStream<dev.cats.sample.Reading> high =
        readings.filter("high", new Readings.IsHigh(), Readings.LOW);
    high.side(Readings.LOW).egress();
    TracedStream<dev.cats.sample.Reading> doubled = high.map("doubled", new Readings.Doubled());
    KeyedTracedStream<String, dev.cats.sample.Reading> byStation =
        doubled
            .timestamps(new Readings.ReadingTime(), WatermarkStrategy.noWatermarks())
            .keyBy(new Readings.StationOf());
    byStation
        .window("sums", TumblingEventTimeWindows.of(Duration.ofMinutes(10)), new Readings.Sums())
        .egress();
    byStation
        .aggregate(
            "counts", TumblingEventTimeWindows.of(Duration.ofHours(1)), new Readings.Counting())
        .egress();
    byStation.process("maxima", new Readings.RunningMax()).egress();
    initiative.execute();

    Map<String, Long> records = recordsByStep(MemoryBlockStore.named(name));
    assertThat(records)
        .containsEntry("high:low", 1_415L)
        .containsEntry("doubled", 8_485L)
        .containsKey("maxima");
    assertThat(records.get("sums")).isEqualTo(17 * 5L);
    assertThat(records.get("counts")).isEqualTo(3 * 5L);
    long rejected =
        records.entrySet().stream()
            .filter(entry -> entry.getKey().endsWith(":rejects"))
            .mapToLong(Map.Entry::getValue)
            .sum();
    assertThat(rejected).isEqualTo(100);
  }

  private static Map<String, Long> recordsByStep(BlockStore store) throws Exception {
    Map<String, Long> records = new TreeMap<>();
    for (Cid cid : boms(store)) {
      Bom bom = (Bom) Document.of(store.get(cid).orElseThrow());
      Order order = (Order) Document.of(store.get(bom.order()).orElseThrow());
      LotReader lot = LotReader.of(store.get(bom.output().data()).orElseThrow());
      assertThat(lot.records()).isEqualTo(bom.output().records());
      bom.lineage().validate(bom.inputs().records(), bom.output().records());
      String step = order.steps().get(order.steps().size() - 1).name();
      records.merge(
          step + order.output().map(port -> ":" + port).orElse(""),
          (long) lot.records(),
          Long::sum);
    }
    return records;
  }

  static List<Cid> boms(BlockStore store) throws Exception {
    List<Cid> boms = new ArrayList<>();
    Optional<Cid> at = store.head();
    while (at.isPresent()) {
      Manifest manifest = (Manifest) Document.of(store.get(at.get()).orElseThrow());
      assertThat(manifest.signatureValid()).isTrue();
      boms.addAll(manifest.boms());
      at = manifest.previous();
    }
    return boms;
  }
}
