package dev.cats.egress;

import dev.cats.bom.LineageLog;
import dev.cats.bom.LineageLogs;
import dev.cats.bom.Manifest;
import dev.cats.bom.NodeKey;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.content.Mirror;
import dev.cats.content.MirrorSettings;
import dev.cats.content.Mirrors;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import dev.cats.lot.Receipt;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.util.IOUtils;

/**
 * The egress: collects the receipts of all lot operators in one subtask and commits, per
 * checkpoint, one manifest.
 *
 * <p>Only names travel here; the blocks are in segments already. What arrives before a barrier is
 * one {@link Commitment}; it is committed when Flink says that the checkpoint is complete.
 *
 * <p>A run has an id that it keeps over restarts, so that a job restored from a checkpoint that is
 * older than its own chain is refused: it would commit the same records a second time.
 *
 * @param store the block store, as URI
 * @param nodeKey the path of the key that signs
 * @param lineageLog where to tell others of what was committed, as URI
 * @param mirror how the store is followed by another one; null if it is not
 */
public record EgressSink(
    String initiative,
    String store,
    @Nullable String nodeKey,
    @Nullable String lineageLog,
    @Nullable MirrorSettings mirror,
    Prelude prelude)
    implements Sink<Receipt>,
        SupportsWriterState<Receipt, String>,
        SupportsCommitter<Commitment>,
        SupportsPreCommitTopology<Commitment, Commitment> {

  /** The uid of the sink, under which savepoints know what is not committed yet. */
  public static final String UID = "cats.egress";

  static final LineageLog NO_LOG =
      new LineageLog() {
        @Override
        public void committed(Manifest manifest, List<Cid> boms) {}

        @Override
        public void close() {}
      };

  /** Commits what these receipts name. */
  public void attach(DataStream<Receipt> receipts) {
    receipts.sinkTo(this).name("egress").uid(UID).setParallelism(1).setMaxParallelism(1);
  }

  @Override
  public Writer createWriter(WriterInitContext context) throws IOException {
    return new Writer(UUID.randomUUID().toString());
  }

  @Override
  public Writer restoreWriter(WriterInitContext context, Collection<String> runs)
      throws IOException {
    if (runs.isEmpty()) {
      return createWriter(context);
    }
    String run = runs.iterator().next();
    refuseFork(run, context.getRestoredCheckpointId());
    return new Writer(run);
  }

  void refuseFork(String run, OptionalLong restored) throws IOException {
    if (restored.isEmpty()) {
      return;
    }
    try (BlockStore blocks = BlockStores.open(URI.create(store))) {
      Optional<Manifest> newest =
          ManifestCommitter.newest(Chain.ofHead(new Documents(blocks)), run);
      if (newest.isPresent() && newest.get().checkpoint() > restored.getAsLong()) {
        throw new IOException(
            "Cannot go on from checkpoint "
                + restored.getAsLong()
                + ": the chain of "
                + blocks.describe()
                + " already holds checkpoint "
                + newest.get().checkpoint()
                + " of this run, and what came between would be committed twice; restore from"
                + " checkpoint "
                + newest.get().checkpoint()
                + " or later, or start over with a new store");
      }
    }
  }

  @Override
  public SimpleVersionedSerializer<String> getWriterStateSerializer() {
    return new RunSerializer();
  }

  @Override
  public Committer<Commitment> createCommitter(CommitterInitContext context) throws IOException {
    BlockStore blocks = BlockStores.open(URI.create(store));
    LineageLog log = null;
    Mirror follower = null;
    try {
      log = lineageLog == null ? NO_LOG : LineageLogs.open(lineageLog);
      follower = mirror == null ? null : Mirrors.open(URI.create(store), mirror);
      ManifestCommitter committer =
          new ManifestCommitter(
              initiative,
              blocks,
              Optional.ofNullable(follower),
              key(),
              prelude,
              log,
              context.getRestoredCheckpointId().isPresent());
      if (follower != null) {
        measure(follower, context.metricGroup());
      }
      return committer;
    } catch (IOException | RuntimeException e) {
      IOUtils.closeAllQuietly(log, follower, blocks);
      throw e;
    }
  }

  private static void measure(Mirror follower, MetricGroup metrics) {
    MetricGroup group = metrics.addGroup("cats").addGroup("mirror");
    group.gauge("segments", () -> follower.backlog().segments());
    group.gauge("bytes", () -> follower.backlog().bytes());
    group.gauge("manifests", () -> follower.backlog().manifests());
  }

  private NodeKey key() throws IOException {
    return nodeKey == null ? NodeKey.generate() : NodeKey.loadOrCreate(Path.of(nodeKey));
  }

  @Override
  public SimpleVersionedSerializer<Commitment> getCommittableSerializer() {
    return new Commitment.Serializer();
  }

  @Override
  public SimpleVersionedSerializer<Commitment> getWriteResultSerializer() {
    return new Commitment.Serializer();
  }

  /** Writes the number of the checkpoint into the commitment, which the writer does not know. */
  @Override
  public DataStream<CommittableMessage<Commitment>> addPreCommitTopology(
      DataStream<CommittableMessage<Commitment>> commitments) {
    return commitments
        .map(
            message ->
                message instanceof CommittableWithLineage<Commitment> one
                    ? new CommittableWithLineage<>(
                        one.getCommittable().at(one.getCheckpointId()),
                        one.getCheckpointId(),
                        one.getSubtaskId())
                    : message,
            CommittableMessageTypeInfo.of(Commitment.Serializer::new))
        .name("number")
        .uid(UID + ".number")
        .setParallelism(1)
        .setMaxParallelism(1);
  }

  /** Collects receipts until the next checkpoint. */
  static final class Writer
      implements CommittingSinkWriter<Receipt, Commitment>, StatefulSinkWriter<Receipt, String> {
    private final String run;
    private final List<String> segments = new ArrayList<>();
    private final List<Cid> boms = new ArrayList<>();
    private long rejected;
    private boolean last;

    Writer(String run) {
      this.run = run;
    }

    @Override
    public void write(Receipt receipt, Context context) {
      segments.add(receipt.segment());
      boms.addAll(receipt.boms());
      rejected += receipt.rejected();
    }

    @Override
    public void flush(boolean endOfInput) {
      last |= endOfInput;
    }

    @Override
    public Collection<Commitment> prepareCommit() {
      if (segments.isEmpty() && !last) {
        return List.of();
      }
      // Lots reach this subtask in no fixed order; a manifest lists them in theirs.
      // Equal lots of one input have one BOM, such as two equal outputs with a lot each.
      List<Cid> each = boms.stream().distinct().sorted().toList();
      Commitment commitment = new Commitment(run, 0, segments, each, rejected, last);
      segments.clear();
      boms.clear();
      rejected = 0;
      return List.of(commitment);
    }

    @Override
    public List<String> snapshotState(long checkpointId) {
      return List.of(run);
    }

    @Override
    public void close() {}
  }

  /** Version 1: the run's id as UTF-8. */
  private static final class RunSerializer implements SimpleVersionedSerializer<String> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(String run) {
      return run.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String deserialize(int version, byte[] serialized) throws IOException {
      if (version != 1) {
        throw new IOException(
            "Cannot restore a run: expected version 1 of its format, found " + version);
      }
      return new String(serialized, StandardCharsets.UTF_8);
    }
  }
}
