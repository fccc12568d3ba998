package dev.cats.ray.stage;

import io.ray.api.Ray;
import java.io.IOException;
import java.util.List;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** The gateway without a cluster: Ray in LOCAL mode, and a Flight server in front of it. */
public final class LocalGateway {
  private static final String HOST = "127.0.0.1";
  private static final int NOT_STARTED = 1;
  private static final int USAGE = 2;

  private LocalGateway() {}

  /** Runs until it is ended from outside. */
  public static void main(String[] arguments) throws InterruptedException {
    if (List.of(arguments).contains("--help")) {
      System.out.print(LocalOptions.HELP);
      return;
    }
    try {
      LocalOptions options = LocalOptions.of(arguments);
      options.owner().ifPresent(Owner::endWith);
      run(options);
    } catch (IllegalArgumentException e) {
      System.err.println("gateway: " + e.getMessage());
      Exit.now(USAGE);
    } catch (IOException e) {
      System.err.println("gateway: " + e.getMessage());
      Exit.now(NOT_STARTED);
    } catch (RuntimeException e) {
      e.printStackTrace();
      Exit.now(NOT_STARTED); // Ray's threads would go on
    }
  }

  private static void run(LocalOptions options) throws IOException, InterruptedException {
    System.setProperty("ray.run-mode", "LOCAL");
    System.setProperty("log4j2.configurationFile", "dev/cats/ray/stage/log4j2.xml");
    CallLog.install();
    Ray.init();
    StageTask.serve(new Functions(options.allow()));
    try (BufferAllocator allocator = new RootAllocator();
        FlightServer server =
            FlightServer.builder(
                    allocator,
                    Location.forGrpcInsecure(HOST, options.port()),
                    new StageServer(allocator, StageTask.functions()))
                .build()
                .start()) {
      System.out.println("LISTENING grpc://%s:%d".formatted(HOST, server.getPort()));
      server.awaitTermination();
    }
  }
}
