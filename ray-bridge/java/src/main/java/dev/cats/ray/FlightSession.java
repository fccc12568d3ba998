package dev.cats.ray;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cats.content.Block;
import dev.cats.content.CarWriter;
import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageException;
import dev.cats.stage.StageSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * One stream to one worker, with the function's blocks over there: batches go out and their answers
 * come back in the same order. One thread sends, another one receives.
 */
final class FlightSession implements AutoCloseable {
  private static final int VERSION = 1;
  private static final long ACTION_SECONDS = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StageSettings settings;
  private final ArrowRecords inputs;
  private final ArrowRecords outputs;
  private final BufferAllocator allocator;
  private final FlightClient client;
  private volatile FlightClient.ExchangeReaderWriter exchange;
  private volatile boolean cancelled;
  private VectorSchemaRoot sent;

  /** An answer, and what it takes in Arrow. */
  record Received(WorkerAnswer answer, Records records, long bytes) {}

  FlightSession(
      URI worker,
      StageSettings settings,
      ArrowRecords inputs,
      ArrowRecords outputs,
      BufferAllocator allocator) {
    this.settings = settings;
    this.inputs = inputs;
    this.outputs = outputs;
    this.allocator = allocator;
    this.client =
        FlightClient.builder(allocator, location(worker))
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  private static Location location(URI worker) {
    if (!"grpc".equals(worker.getScheme()) || worker.getPort() < 0) {
      throw new IllegalArgumentException(
          "Invalid address of a worker: expected grpc://HOST:PORT, found " + worker);
    }
    return Location.forGrpcInsecure(worker.getHost(), worker.getPort());
  }

  /**
   * Brings the function to the worker and opens the stream.
   *
   * @throws StageException if the worker may not run it, or lacks what it needs
   */
  void open(boolean rowwise) throws IOException, StageException {
    provide();
    ObjectNode command = JSON.createObjectNode();
    command.put("version", VERSION);
    command.put("function", settings.function().cid().toString());
    command.put("step", settings.step());
    command.put("output", outputs.schema().serializeAsMessage());
    command.put("rowwise", rowwise);
    command.put("timeoutMillis", settings.timeout().toMillis());
    exchange = client.doExchange(FlightDescriptor.command(JSON.writeValueAsBytes(command)));
    if (cancelled) {
      cancel("cancelled before it began");
    }
    sent = inputs.newRoot(allocator);
    exchange.getWriter().start(sent);
    WorkerAnswer first = receive().answer();
    var refused = first.error();
    if (refused.isPresent()) {
      throw refused.get();
    }
    if (!first.isReady()) {
      throw new IOException("it greeted with " + first.said());
    }
  }

  /** Sends those blocks of the function and its folder that the worker does not have. */
  private void provide() throws IOException {
    List<Block> all = new ArrayList<>(settings.artifact());
    all.add(settings.function());
    ObjectNode asked = JSON.createObjectNode();
    ArrayNode cids = asked.putArray("cids");
    all.forEach(block -> cids.add(block.cid().toString()));
    JsonNode missing = act("missing", JSON.writeValueAsBytes(asked)).path("missing");
    if (missing.isEmpty()) {
      return;
    }
    ByteArrayOutputStream car = new ByteArrayOutputStream();
    try (CarWriter writer = new CarWriter(car, List.of())) {
      for (JsonNode each : missing) {
        Block block =
            all.stream()
                .filter(one -> one.cid().toString().equals(each.asText()))
                .findFirst()
                .orElseThrow(() -> new IOException("it asks for " + each + ", which is not its"));
        byte[] bytes = block.bytes().toArray();
        writer.append(block.cid(), bytes, 0, bytes.length);
      }
    }
    act("blocks", car.toByteArray());
  }

  private JsonNode act(String action, byte[] body) throws IOException {
    Iterator<Result> results =
        client.doAction(
            new Action(action, body), CallOptions.timeout(ACTION_SECONDS, TimeUnit.SECONDS));
    JsonNode answer = JSON.createObjectNode();
    while (results.hasNext()) {
      answer = JSON.readTree(results.next().getBody());
    }
    return answer;
  }

  /** Makes Arrow of the records that are sent next. */
  void fill(StageBatch batch) throws IOException {
    inputs.fill(sent, batch.records());
  }

  /**
   * Whether a batch would go out at once. The client library turns in circles until it would, and
   * nothing ends that.
   */
  boolean isReady() {
    return exchange.getWriter().isReady();
  }

  /** Returns how many bytes went out. */
  long send(StageBatch batch) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    header.put("id", batch.id().toString());
    header.put("lot", batch.from());
    byte[] bytes = JSON.writeValueAsBytes(header);
    ArrowBuf metadata = allocator.buffer(bytes.length);
    metadata.writeBytes(bytes);
    long size = size(sent);
    exchange.getWriter().putNext(metadata);
    return size;
  }

  /** Waits for the next answer. */
  Received receive() throws IOException {
    FlightStream stream = exchange.getReader();
    if (!stream.next()) {
      throw new IOException("it ended the stream");
    }
    ArrowBuf metadata = stream.getLatestMetadata();
    if (metadata == null) {
      throw new IOException("it answered without saying to what");
    }
    byte[] bytes = new byte[(int) metadata.readableBytes()];
    metadata.getBytes(metadata.readerIndex(), bytes);
    WorkerAnswer answer = WorkerAnswer.of(bytes);
    VectorSchemaRoot root = stream.getRoot();
    long size = size(root);
    if (root.getRowCount() == 0 || answer.error().isPresent()) {
      return new Received(answer, Records.NONE, size);
    }
    return new Received(answer, outputs.read(root), size);
  }

  private static long size(VectorSchemaRoot root) {
    return root.getFieldVectors().stream().mapToLong(each -> each.getBufferSize()).sum();
  }

  /** Nothing more is sent: the worker ends the stream. */
  void complete() {
    exchange.getWriter().completed();
  }

  /** Ends the stream from any thread: whoever waits for an answer gets an exception. */
  void cancel(String why) {
    cancelled = true;
    FlightClient.ExchangeReaderWriter open = exchange;
    if (open != null) {
      open.getReader().cancel(why, null);
    }
  }

  /** A stream that was cancelled says so once more when it is closed; what it held is let go. */
  @Override
  public void close() throws IOException {
    cancel("closed");
    try {
      AutoCloseables.close(exchange, sent, client);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
