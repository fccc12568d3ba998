package dev.cats.ray;

import dev.cats.bom.Determinism;
import dev.cats.bom.Function;
import dev.cats.content.Block;
import dev.cats.content.Node;
import dev.cats.stage.JavaStage;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageFunction;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;

/**
 * A function in Java that runs in Ray's LOCAL mode, in a gateway of its own. Its classes are
 * content: the gateway fetches them by CID, checks them and runs what it checked.
 *
 * <pre>{@code
 * quakes.keyBy(new NetworkOf())
 *     .onRay("b-value", WholeStream.window(),
 *         JavaFunction.of(GutenbergRichter.class).deterministic(), BValue.class)
 * }</pre>
 *
 * <p>Immutable: each method gives another one.
 */
public final class JavaFunction implements StageFunction {
  private static final long serialVersionUID = 1L;

  /** Where the gateway listens, for example {@code grpc://127.0.0.1:24801}. */
  private static final String GATEWAY = "cats.ray.java";

  private final Class<?> type;
  private final JavaBundle bundle;
  private final Determinism determinism;
  private final boolean rowwise;
  private final boolean rejecting;

  private JavaFunction(
      Class<?> type,
      JavaBundle bundle,
      Determinism determinism,
      boolean rowwise,
      boolean rejecting) {
    this.type = type;
    this.bundle = bundle;
    this.determinism = determinism;
    this.rowwise = rowwise;
    this.rejecting = rejecting;
  }

  /**
   * The function of this class.
   *
   * @throws IllegalArgumentException if it cannot be made or called elsewhere
   */
  public static JavaFunction of(Class<? extends JavaStage<?, ?>> type) {
    StageTypes.of(type);
    try {
      return new JavaFunction(type, JavaBundle.of(type), Determinism.NONE, false, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Promises the same bytes for the same records, wherever it runs. */
  public JavaFunction deterministic() {
    return promising(Determinism.BITWISE);
  }

  /** What it promises about being run again; nothing, unless this is said. */
  public JavaFunction promising(Determinism promise) {
    return new JavaFunction(type, bundle, promise, rowwise, rejecting);
  }

  /** Makes one record of each, in their order, so that each output cites its own input alone. */
  public JavaFunction rowwise() {
    return new JavaFunction(type, bundle, determinism, true, rejecting);
  }

  /** Refuses the records of a batch that it fails on, where otherwise the job would end. */
  public JavaFunction rejectingFailures() {
    return new JavaFunction(type, bundle, determinism, rowwise, true);
  }

  @Override
  public Function document() {
    SortedMap<String, Node> params = new TreeMap<>();
    params.put("java", Node.of(Integer.toString(bundle.release())));
    if (rowwise) {
      params.put("rowwise", Node.of(true));
    }
    return new Function(
        "java", Optional.of(bundle.content().cid()), type.getName(), params, determinism);
  }

  @Override
  public List<Block> artifact() {
    return bundle.content().blocks();
  }

  @Override
  public void check(Schema input, Schema output) {
    StageTypes types = StageTypes.of(type);
    same("takes", input, types.inputSchema());
    same("gives", output, types.outputSchema());
    var unused = List.of(Column.of(input), Column.of(output));
  }

  private void same(String what, Schema stream, Schema function) {
    if (!stream.equals(function)) {
      throw new IllegalArgumentException(
          "function %s %s records of %s, expected those of the step, %s"
              .formatted(type.getName(), what, function.getFullName(), stream.getFullName()));
    }
  }

  @Override
  public boolean isRowwise() {
    return rowwise;
  }

  @Override
  public boolean rejectsFailures() {
    return rejecting;
  }

  @Override
  public StageClient open(StageSettings settings, StageMonitor monitor) throws IOException {
    Map<String, String> options = new HashMap<>(settings.options());
    String gateway = options.get(GATEWAY);
    if (gateway == null) {
      throw new IllegalArgumentException(
          "Cannot run step %s as a Java stage: the job does not say where; set %s to the address of a gateway in LOCAL mode"
              .formatted(settings.step(), GATEWAY));
    }
    options.remove(Workers.GATEWAY);
    options.put(Workers.LISTED, gateway);
    return FlightStageClient.open(settings.with(options), rowwise, monitor);
  }
}
