package dev.cats.ray.stage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cats.ray.ArrowRecords;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/** One stream of calls: requests one after the other, each answered in its turn. */
final class StageStream implements AutoCloseable {
  private static final int EXIT_TIMEOUT = 70;
  private static final Duration LAST_WORDS = Duration.ofMillis(200);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Functions functions;
  private final BufferAllocator allocator;
  private final FlightStream reader;
  private final ServerStreamListener writer;
  private VectorSchemaRoot answer;

  StageStream(
      Functions functions,
      BufferAllocator allocator,
      FlightStream reader,
      ServerStreamListener writer) {
    this.functions = functions;
    this.allocator = allocator;
    this.reader = reader;
    this.writer = writer;
  }

  /** From its command to its last request. */
  void serve() throws IOException {
    Schema columns = new Schema(List.of());
    StageCommand command;
    ArrowRecords inputs;
    ArrowRecords outputs;
    try {
      command = StageCommand.of(reader.getDescriptor().getCommand());
      columns = command.output();
      StageCode code = functions.load(command.function());
      inputs = new ArrowRecords(code.inputSchema());
      outputs = new ArrowRecords(code.outputSchema());
      check(command.rowwise() == code.isRowwise(), "rowwise is not what the function says");
      check(
          columns.equals(outputs.schema()),
          "the function gives other columns: " + outputs.schema());
      check(
          reader.getSchema().equals(inputs.schema()),
          "the function takes other columns: " + inputs.schema());
    } catch (Failure e) {
      ObjectNode said = JSON.createObjectNode();
      e.writeTo(said);
      begin(columns);
      send(said);
      return;
    }
    begin(columns);
    send(JSON.createObjectNode().put("ready", true));
    while (reader.next()) {
      StageTask.Outcome outcome = answer(command, inputs);
      outputs.fill(answer, outcome.records());
      send(outcome.said());
      if (outcome.isStuck()) {
        System.err.println(
            "gateway: ending, since function %s would not end".formatted(command.function()));
        LockSupport.parkNanos(LAST_WORDS.toNanos()); // the answer is on its way
        Exit.now(EXIT_TIMEOUT);
      }
    }
  }

  private static void check(boolean holds, String otherwise) throws Failure {
    if (!holds) {
      throw new Failure(Failure.Kind.PROTOCOL, "Invalid command: " + otherwise);
    }
  }

  private StageTask.Outcome answer(StageCommand command, ArrowRecords inputs) throws IOException {
    byte[] metadata = bytes(reader.getLatestMetadata());
    StageTask.Outcome outcome =
        StageTask.call(command.function(), inputs.read(reader.getRoot()), command.timeoutMillis());
    outcome.said().put("id", JSON.readTree(metadata).path("id").asText());
    return outcome;
  }

  private static byte[] bytes(ArrowBuf metadata) throws IOException {
    if (metadata == null) {
      throw new IOException("Invalid request: it has no id");
    }
    byte[] bytes = new byte[(int) metadata.readableBytes()];
    metadata.getBytes(metadata.readerIndex(), bytes);
    return bytes;
  }

  private void begin(Schema columns) {
    answer = VectorSchemaRoot.create(columns, allocator);
    writer.start(answer);
  }

  private void send(ObjectNode said) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(said);
    ArrowBuf metadata = allocator.buffer(bytes.length);
    metadata.writeBytes(bytes);
    writer.putNext(metadata);
  }

  @Override
  public void close() {
    if (answer != null) {
      answer.close();
    }
  }
}
