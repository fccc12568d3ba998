package dev.cats.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.connector.ipfs.S3Mock;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.replay.IntegrityCheck;
import dev.cats.replay.IntegrityReport;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job whose store and checkpoints are on an object store, killed without a warning and restored:
 * nothing is missing and nothing is there twice.
 */
@ExtendWith(Leftovers.class)
class S3JobIT {
  private static final int TICKS = 2_000;
  private static final double TICKS_PER_SECOND = 200;
  private static final int KILLS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir private java.nio.file.Path folder;
  private S3Mock server;
  private String store;
  private String checkpoints;

  @BeforeEach
  void start() throws Exception {
    server = S3Mock.start();
    S3Mock.use(server.settings());
    store = S3Mock.newStore();
    checkpoints = store.replace("/store", "/checkpoints");
  }

  @AfterEach
  void stop() throws Exception {
    S3Mock.forget();
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aJobThatIsKilledGoesOnFromItsCheckpointOnTheObjectStore() throws Exception {
    try (BlockStore blocks = BlockStores.open(store)) {
      for (int round = 0; round < KILLS; round++) {
        Optional<Cid> before = blocks.head();
        try (JavaProcess job = start("round-" + round, TICKS_PER_SECOND)) {
          Awaitility.await()
              .atMost(PATIENCE)
              .failFast(job.toString(), () -> !job.isAlive())
              .until(() -> !blocks.head().equals(before));
          job.kill();
        }
      }
      try (JavaProcess job = start("last", 0)) {
        assertThat(job.await(PATIENCE)).as(job.output()).isZero();
      }
      CommittedChain chain = CommittedChain.read(blocks);
      assertThat(chain.runs()).hasSize(1);
      assertThat(chain.checkpoints()).doesNotHaveDuplicates().isSorted();
      assertThat(chain.sources().keySet())
          .containsExactlyElementsOf(LongStream.range(0, TICKS).boxed().toList());
      assertThat(chain.sources().values()).containsOnly(1);
      assertThat(chain.counts().get("counts")).isEqualTo(TICKS - TICKS / TickJob.MALFORMED);
      IntegrityReport report =
          IntegrityCheck.run(blocks, blocks.head().orElseThrow(), (done, bytes, problems) -> {});
      assertThat(report.problems()).isEmpty();
    }
  }

  private JavaProcess start(String name, double perSecond) throws IOException {
    java.nio.file.Path work = Files.createDirectories(folder.resolve(name));
    List<String> command = new ArrayList<>(JavaProcess.opens());
    command.addAll(
        List.of(
            "-Xmx400m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + work,
            "-Dcats.root=" + System.getProperty("cats.root"),
            "-cp",
            JavaProcess.classPath(),
            TickJob.class.getName(),
            store,
            checkpoints,
            Files.writeString(folder.resolve("ticks.csv"), TickJob.TEXT).toString(),
            Integer.toString(TICKS),
            Double.toString(perSecond)));
    newest().ifPresent(path -> command.add(path.toString()));
    return JavaProcess.start(
        name, work, Map.of("FLINK_CONF_DIR", server.configuration().toString()), command);
  }

  /** The newest complete checkpoint of all attempts. */
  private Optional<Path> newest() throws IOException {
    List<Path> complete = new ArrayList<>();
    for (FileStatus job : list(new Path(checkpoints))) {
      for (FileStatus each : list(job.getPath())) {
        Path metadata = new Path(each.getPath(), "_metadata");
        if (each.getPath().getName().startsWith("chk-") && files().exists(metadata)) {
          complete.add(each.getPath());
        }
      }
    }
    return complete.stream()
        .max(
            Comparator.comparingLong(
                path -> Long.parseLong(path.getName().substring("chk-".length()))));
  }

  private FileStatus[] list(Path path) throws IOException {
    try {
      return files().listStatus(path);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }

  private FileSystem files() throws IOException {
    return FileSystem.get(URI.create(store));
  }
}
