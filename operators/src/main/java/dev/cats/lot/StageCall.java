package dev.cats.lot;

import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageException;
import dev.cats.stage.StageFunction;
import dev.cats.stage.StageSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;

/**
 * Calls a stage function with one batch after the other, several at a time; Flink keeps their order
 * and, in state, those that are under way. What comes back cites the records that it was made from.
 */
final class StageCall<IN, OUT> extends RichAsyncFunction<Batch, Cited<OUT>> {
  private static final long serialVersionUID = 1L;

  private final StageSpec<IN, OUT> spec;

  private transient StageClient client;
  private transient Codec<IN> inputs;
  private transient Codec<OUT> outputs;
  private transient AtomicInteger inFlight;
  private transient StageMetrics metrics;

  StageCall(StageSpec<IN, OUT> spec) {
    this.spec = spec;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    StageFunction function = spec.function();
    inputs = Codec.of(spec.input());
    outputs = Codec.of(spec.output());
    inFlight = new AtomicInteger();
    MetricGroup group = getRuntimeContext().getMetricGroup().addGroup("cats");
    group.gauge("batchesInFlight", (Gauge<Integer>) inFlight::get);
    metrics = new StageMetrics(spec.step(), group);
    StageOptions options = spec.options();
    client =
        function.open(
            new StageSettings(
                spec.step(),
                getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                spec.block(),
                function.artifact(),
                inputs.schema(),
                outputs.schema(),
                options.timeout(),
                options.patience(),
                options.options()),
            metrics);
  }

  @Override
  public void asyncInvoke(Batch batch, ResultFuture<Cited<OUT>> result) {
    if (!batch.late().isEmpty()) {
      result.complete(refused(batch, "late", batch.late()));
      return;
    }
    long sent = System.nanoTime();
    inFlight.incrementAndGet();
    client
        .call(new StageBatch(batch.id(), batch.origin(), batch.records()))
        .whenComplete(
            (records, thrown) -> {
              inFlight.decrementAndGet();
              // In the task's own thread: decoding and metrics are not for several.
              result.complete(
                  () -> {
                    if (thrown != null) {
                      return failed(batch, thrown);
                    }
                    metrics.took(System.nanoTime() - sent);
                    return cited(batch, records);
                  });
            });
  }

  private List<Cited<OUT>> cited(Batch batch, Records records) throws StageFailedException {
    List<Refs> each = spec.function().isRowwise() ? batch.each() : null;
    if (each != null && each.size() != records.count()) {
      throw failure(
          batch,
          new StageException(
              StageException.Kind.FUNCTION,
              "expected as many rows as came in, "
                  + each.size()
                  + ", found "
                  + records.count()
                  + "; leave rowwise away if one row makes none or several",
              Optional.empty()));
    }
    List<Cited<OUT>> cited = new ArrayList<>(records.count());
    for (int i = 0; i < records.count(); i++) {
      OUT value = outputs.decode(records.bytes(), records.start(i), records.length(i));
      boolean last = i == records.count() - 1;
      cited.add(
          each == null
              ? new Cited.Batched<>(value, batch.from(), LotOperator.NO_TIMESTAMP, last)
              : new Cited.Batched<>(value, each.get(i), timestamp(batch, i), last));
    }
    return cited;
  }

  private static long timestamp(Batch batch, int index) {
    return index < batch.timestamps().length ? batch.timestamps()[index] : LotOperator.NO_TIMESTAMP;
  }

  private List<Cited<OUT>> refused(Batch batch, String rule, String reason) {
    List<Refs> each = batch.each();
    List<Cited<OUT>> refused = new ArrayList<>(each.size());
    for (int i = 0; i < each.size(); i++) {
      refused.add(new Cited.Refused<>(rule, reason, record(batch, i), each.get(i)));
    }
    return refused;
  }

  private List<Cited<OUT>> failed(Batch batch, Throwable thrown) throws Exception {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (!(cause instanceof StageException stage)) {
      throw new IllegalStateException(
          "Step " + spec.step() + " failed: " + cause.getMessage(), cause);
    }
    if (stage.kind() == StageException.Kind.AWAY) {
      throw stage; // Flink starts the job again, with this batch in state
    }
    StageFailedException failure = failure(batch, stage);
    if (stage.kind() == StageException.Kind.REFUSED || !spec.function().rejectsFailures()) {
      throw failure;
    }
    return refused(batch, "stage", stage.getMessage());
  }

  private StageFailedException failure(Batch batch, StageException stage) {
    return new StageFailedException(
        "Step "
            + spec.step()
            + " failed on "
            + batch
            + ": "
            + stage.getMessage()
            + "\n  first record: "
            + record(batch, 0)
            + stage.traceback().map(text -> "\n" + text.stripTrailing()).orElse(""),
        stage);
  }

  private IN record(Batch batch, int index) {
    Records records = batch.records();
    return inputs.decode(records.bytes(), records.start(index), records.length(index));
  }

  @Override
  public void close() {
    Closing.quietly(client);
  }
}
