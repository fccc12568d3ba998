package dev.cats.ray;

import dev.cats.bom.Determinism;
import dev.cats.bom.Function;
import dev.cats.content.Block;
import dev.cats.content.Node;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageFunction;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;

/**
 * A Python function that runs on workers of a Ray cluster: {@code f(batch: dict[str, np.ndarray])
 * -> dict[str, np.ndarray]}, as Ray Data's {@code map_batches} takes it. Its source folder is
 * content: a worker fetches it by CID, checks it and runs what it checked.
 *
 * <pre>{@code
 * quakes.keyBy(new NetworkOf())
 *     .onRay("b-value", WholeStream.window(),
 *         PythonFunction.of("seismology:b_value").deterministic(), BValue.class)
 * }</pre>
 *
 * <p>Immutable: each method gives another one.
 */
public final class PythonFunction implements StageFunction {
  private static final long serialVersionUID = 1L;

  private final PythonBundle bundle;
  private final String entrypoint;
  private final TreeMap<String, Argument> arguments;
  private final Determinism determinism;
  private final boolean rowwise;
  private final boolean rejecting;

  private PythonFunction(
      PythonBundle bundle,
      String entrypoint,
      Map<String, Argument> arguments,
      Determinism determinism,
      boolean rowwise,
      boolean rejecting) {
    this.bundle = bundle;
    this.entrypoint = entrypoint;
    this.arguments = new TreeMap<>(arguments);
    this.determinism = determinism;
    this.rowwise = rowwise;
    this.rejecting = rejecting;
  }

  /**
   * A function of the class path: {@code seismology:b_value} is {@code b_value} in {@code
   * python/seismology/seismology.py}, with {@code requirements.txt} and {@code .python-version}
   * beside it.
   */
  public static PythonFunction of(String entrypoint) {
    try {
      return plain(PythonBundle.onClassPath(module(entrypoint)), entrypoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** A function of a folder with Python sources. */
  public static PythonFunction in(Path folder, String entrypoint) throws IOException {
    module(entrypoint);
    return plain(PythonBundle.of(folder), entrypoint);
  }

  private static PythonFunction plain(PythonBundle bundle, String entrypoint) {
    return new PythonFunction(bundle, entrypoint, Map.of(), Determinism.NONE, false, false);
  }

  private static String module(String entrypoint) {
    if (!entrypoint.matches(
        "[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*")) {
      throw new IllegalArgumentException(
          "Invalid Python function: expected module:function, found '" + entrypoint + "'");
    }
    return entrypoint.replaceFirst("[.:].*", "");
  }

  /** With a keyword argument, which is part of the function's CID. */
  public PythonFunction with(String argument, String value) {
    return with(argument, new Argument.Text(value));
  }

  /** As the other. Fractions are passed as text: documents hold none. */
  public PythonFunction with(String argument, long value) {
    return with(argument, new Argument.Number(value));
  }

  /**
   * With what a file holds, such as a model's weights: the function's document links to it, and the
   * function gets its {@code bytes}, which the worker has hashed and compared.
   *
   * @throws IOException if it cannot be read, or has more than 64 MiB: it travels with the job
   */
  public PythonFunction with(String argument, Path file) throws IOException {
    return with(argument, Argument.File.of(file));
  }

  private PythonFunction with(String name, Argument argument) {
    TreeMap<String, Argument> more = new TreeMap<>(arguments);
    more.put(name, argument);
    return new PythonFunction(bundle, entrypoint, more, determinism, rowwise, rejecting);
  }

  /** Promises the same bytes for the same records, wherever it runs. */
  public PythonFunction deterministic() {
    return promising(Determinism.BITWISE);
  }

  /** What it promises about being run again; nothing, unless this is said. */
  public PythonFunction promising(Determinism promise) {
    return new PythonFunction(bundle, entrypoint, arguments, promise, rowwise, rejecting);
  }

  /** Makes one row of each row, in their order, so that each output cites its own input alone. */
  public PythonFunction rowwise() {
    return new PythonFunction(bundle, entrypoint, arguments, determinism, true, rejecting);
  }

  /** Refuses the records of a batch that it fails on, where otherwise the job would end. */
  public PythonFunction rejectingFailures() {
    return new PythonFunction(bundle, entrypoint, arguments, determinism, rowwise, true);
  }

  @Override
  public Function document() {
    TreeMap<String, Node> packages = new TreeMap<>();
    bundle.packages().forEach((name, version) -> packages.put(name, Node.of(version)));
    TreeMap<String, Node> values = new TreeMap<>();
    arguments.forEach((name, argument) -> values.put(name, argument.node()));
    SortedMap<String, Node> params = new TreeMap<>();
    params.put("python", Node.of(bundle.python()));
    params.put("packages", map(packages));
    if (!values.isEmpty()) {
      params.put("arguments", map(values));
    }
    if (rowwise) {
      params.put("rowwise", Node.of(true));
    }
    return new Function(
        "python", Optional.of(bundle.content().cid()), entrypoint, params, determinism);
  }

  private static Node map(SortedMap<String, Node> values) {
    Node.MapBuilder map = Node.map();
    values.forEach(map::put);
    return map.build();
  }

  @Override
  public List<Block> artifact() {
    List<Block> blocks = new ArrayList<>();
    arguments.values().forEach(argument -> blocks.addAll(argument.blocks()));
    blocks.addAll(bundle.content().blocks());
    return blocks;
  }

  @Override
  public void check(Schema input, Schema output) {
    var unused = List.of(Column.of(input), Column.of(output));
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
    return FlightStageClient.open(settings, rowwise, monitor);
  }
}
