package dev.cats.bench;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VectorSchemaRoot;

/** One stream to a server that sends back what it gets: Arrow Flight, and nothing else. */
final class EchoStream implements AutoCloseable {
  private static final long PAUSE_NANOS = 20_000;
  private static final int ID_BYTES = 64;

  private final BufferAllocator allocator = new RootAllocator();
  private final FlightClient client;
  private final FlightClient.ExchangeReaderWriter exchange;
  private final VectorSchemaRoot columns;
  private final Thread receiver;
  private final Queue<CompletableFuture<Void>> sent = new ArrayDeque<>();

  EchoStream(String server, Lot lot) {
    URI uri = URI.create(server);
    client =
        FlightClient.builder(allocator, Location.forGrpcInsecure(uri.getHost(), uri.getPort()))
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    exchange = client.doExchange(FlightDescriptor.command(new byte[0]));
    columns = lot.columns(allocator);
    exchange.getWriter().start(columns);
    receiver = new Thread(this::receive, "echo");
    receiver.setDaemon(true);
    receiver.start();
  }

  CompletableFuture<Void> call() {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    // The library would turn in circles until it can send.
    while (!exchange.getWriter().isReady()) {
      if (!receiver.isAlive()) {
        answer.completeExceptionally(new IOException("the echo has ended"));
        return answer;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    synchronized (sent) {
      sent.add(answer);
    }
    var id = allocator.buffer(ID_BYTES);
    id.writeBytes(new byte[ID_BYTES]);
    exchange.getWriter().putNext(id);
    return answer;
  }

  private void receive() {
    FlightStream stream = exchange.getReader();
    try {
      while (stream.next()) {
        next().complete(null);
      }
    } catch (FlightRuntimeException e) {
      for (CompletableFuture<Void> answer = next(); answer != null; answer = next()) {
        answer.completeExceptionally(e);
      }
    }
  }

  private CompletableFuture<Void> next() {
    synchronized (sent) {
      return sent.poll();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    exchange.getWriter().completed();
    receiver.join();
    try {
      AutoCloseables.close(exchange, columns, client, allocator);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("Cannot end the stream: " + e.getMessage(), e);
    }
  }
}
