package dev.cats.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A source that emits samples as fast as they are taken, until the {@link Meter} stops: then the
 * job ends as any bounded job does, and leaves nothing behind.
 *
 * <p>Every subtask has a sequence of its own, from 0, so that their event times go side by side.
 * Flink's own generator splits one range of numbers instead, and goes through a rate limiter for
 * each record.
 */
record Generator<T>(Samples.Form<T> form) implements Source<T, Generator.Sequence, Integer> {
  private static final int COUNTED = 64;

  /** One subtask's sequence of samples and the next of it. */
  record Sequence(int generator, long next) implements SourceSplit {
    @Override
    public String splitId() {
      return Integer.toString(generator);
    }
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<T, Sequence> createReader(SourceReaderContext context) {
    return new Reader<>(form);
  }

  @Override
  public SplitEnumerator<Sequence, Integer> createEnumerator(
      SplitEnumeratorContext<Sequence> context) {
    return new Enumerator(context);
  }

  @Override
  public SplitEnumerator<Sequence, Integer> restoreEnumerator(
      SplitEnumeratorContext<Sequence> context, Integer nothing) {
    return new Enumerator(context);
  }

  @Override
  public SimpleVersionedSerializer<Sequence> getSplitSerializer() {
    return new SequenceSerializer();
  }

  @Override
  public SimpleVersionedSerializer<Integer> getEnumeratorCheckpointSerializer() {
    return new NothingSerializer();
  }

  private static final class Reader<T> implements SourceReader<T, Sequence> {
    private final Samples.Form<T> form;
    private final CompletableFuture<Void> assigned = new CompletableFuture<>();
    private int generator = -1;
    private long next;

    Reader(Samples.Form<T> form) {
      this.form = form;
    }

    @Override
    public void start() {}

    @Override
    public InputStatus pollNext(ReaderOutput<T> output) {
      if (generator < 0) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      if (!Meter.runs()) {
        return InputStatus.END_OF_INPUT;
      }
      output.collect(form.of(generator, next++));
      if (next % COUNTED == 0) {
        Meter.count(COUNTED);
      }
      return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public List<Sequence> snapshotState(long checkpointId) {
      return generator < 0 ? List.of() : List.of(new Sequence(generator, next));
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return assigned;
    }

    @Override
    public void addSplits(List<Sequence> splits) {
      generator = splits.get(0).generator();
      next = splits.get(0).next();
      assigned.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() {}
  }

  /** Gives every subtask the sequence of its own number. */
  private record Enumerator(SplitEnumeratorContext<Sequence> context, List<Integer> served)
      implements SplitEnumerator<Sequence, Integer> {

    Enumerator(SplitEnumeratorContext<Sequence> context) {
      this(context, new ArrayList<>());
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {}

    @Override
    public void addSplitsBack(List<Sequence> splits, int subtask) {
      splits.forEach(split -> context.assignSplit(split, subtask));
    }

    @Override
    public void addReader(int subtask) {
      if (!served.contains(subtask)) {
        served.add(subtask);
        context.assignSplit(new Sequence(subtask, 0), subtask);
      }
    }

    @Override
    public Integer snapshotState(long checkpointId) {
      return 0;
    }

    @Override
    public void close() {}
  }

  /** Version 1: the generator's number and the next of its sequence. */
  private static final class SequenceSerializer implements SimpleVersionedSerializer<Sequence> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Sequence sequence) {
      return ByteBuffer.allocate(12).putInt(sequence.generator).putLong(sequence.next).array();
    }

    @Override
    public Sequence deserialize(int version, byte[] serialized) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(serialized);
      return new Sequence(bytes.getInt(), bytes.getLong());
    }
  }

  /** The enumerator has no state. */
  private static final class NothingSerializer implements SimpleVersionedSerializer<Integer> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Integer nothing) {
      return new byte[0];
    }

    @Override
    public Integer deserialize(int version, byte[] serialized) {
      return 0;
    }
  }
}
