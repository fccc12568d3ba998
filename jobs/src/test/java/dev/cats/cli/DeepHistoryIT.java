package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Bom;
import dev.cats.bom.Lineage;
import dev.cats.bom.Order;
import dev.cats.cluster.JavaProcess;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.SegmentWriter;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A history so deep that it does not fit in the memory of those who export and import it. */
class DeepHistoryIT {
  private static final int STEPS = 150_000;
  private static final int SEGMENT = 50_000;

  @TempDir private Path folder;

  @Test
  void aDeepHistoryIsStreamed() throws Exception {
    Path store = folder.resolve("store");
    Bom last = commit(store);
    long bytes = 0;
    try (var files = Files.list(store.resolve("segments"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".car")).toList()) {
        bytes += Files.size(file);
      }
    }
    assertThat(bytes).isGreaterThan(32 << 20);

    Path car = folder.resolve("deep.car");
    Shell export =
        cats("export", last.cid().toString(), "--car", car.toString(), "--store", "store");
    assertThat(export.code()).as(export.err()).isZero();
    assertThat(export.out()).contains("150,000 BOMs, 1 lot;");

    Shell read = cats("import", car.toString(), "--store", "other", "--json");
    assertThat(read.code()).as(read.err()).isZero();
    assertThat(read.out()).contains("\"missing\":0,\"missingHistory\":0,");
    assertThat(read.out()).contains("\"added\":1500");
  }

  /** Each BOM stands on the one before, with the same lot. */
  private Bom commit(Path store) throws IOException {
    SampleChain chain = new SampleChain();
    Order order = chain.order("again", Optional.empty());
    Bom last = chain.decodeA;
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(store)) {
      for (int first = 0; first < STEPS; first += SEGMENT) {
        try (SegmentWriter segment = blocks.newSegment("steps-" + first)) {
          for (int i = first; i < first + SEGMENT; i++) {
            last =
                new Bom(
                    order.cid(),
                    i == 0 ? chain.feedA.inputs() : SampleChain.from(last),
                    new Lineage.Whole(),
                    chain.feedA.output(),
                    Optional.empty());
            segment.append(last.block());
          }
          segment.seal();
        }
        blocks.commit("steps-" + first);
      }
      chain.commitTo(blocks);
    }
    return last;
  }

  /** In a JVM whose heap could not hold the CIDs of this history, let alone its blocks. */
  private Shell cats(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx40m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", JavaProcess.classPath(), Cats.class.getName()));
    command.addAll(List.of(arguments));
    return Shell.run(folder, Map.of(), command);
  }
}
