package dev.cats.ray.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.BufferAllocator;

/** Takes blocks and runs functions; many streams at once, each with calls of its own. */
final class StageServer extends NoOpFlightProducer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BufferAllocator allocator;
  private final Functions functions;

  StageServer(BufferAllocator allocator, Functions functions) {
    this.allocator = allocator;
    this.functions = functions;
  }

  @Override
  public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
    try {
      ObjectNode answer = JSON.createObjectNode();
      switch (action.getType()) {
        case "health" ->
            answer
                .put("java", Runtime.version().toString())
                .put("pid", ProcessHandle.current().pid())
                .put("actor", "cats-gateway-local");
        case "missing" -> {
          ArrayNode missing = answer.putArray("missing");
          functions.blocks().missing(cids(action.getBody())).stream()
              .map(Cid::toString)
              .forEach(missing::add);
        }
        case "blocks" -> answer.put("stored", functions.blocks().store(action.getBody()));
        default -> throw new IOException("expected health, missing or blocks");
      }
      listener.onNext(new Result(JSON.writeValueAsBytes(answer)));
      listener.onCompleted();
    } catch (IOException | DecodeException | RuntimeException e) {
      listener.onError(
          CallStatus.INVALID_ARGUMENT
              .withDescription("Cannot do %s: %s".formatted(action.getType(), e.getMessage()))
              .toRuntimeException());
    }
  }

  private static List<Cid> cids(byte[] body) throws IOException, DecodeException {
    List<Cid> cids = new ArrayList<>();
    for (JsonNode each : JSON.readTree(body).path("cids")) {
      cids.add(Cid.parse(each.asText()));
    }
    return cids;
  }

  @Override
  public void doExchange(CallContext context, FlightStream reader, ServerStreamListener writer) {
    try (StageStream stream = new StageStream(functions, allocator, reader, writer)) {
      stream.serve();
      writer.completed();
    } catch (Exception | Error e) { // the library leaves a stream open at an Error
      writer.error(
          CallStatus.INTERNAL.withCause(e).withDescription(e.toString()).toRuntimeException());
    }
  }
}
