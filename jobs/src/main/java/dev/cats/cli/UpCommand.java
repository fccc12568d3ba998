package dev.cats.cli;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.service.Service;
import dev.cats.service.Services;
import dev.cats.service.Services.Up;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats up}: starts the servers that a laptop needs beside the jobs. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Starts the servers that a laptop needs beside the jobs.",
      "Waits until they answer and says where they listen: on this machine only. They outlive the command and its",
      "terminal. What runs already is left alone."
    },
    footer = {
      "",
      "Services:",
      "  kafka   a broker of Apache Kafka, data in services/kafka of the store, 512 MB of heap at most",
      "  kubo    a node of IPFS that talks to no other unless told to, data in services/kubo of the store",
      "  ray     two nodes of Ray with a pool of two workers; what it prints is the gateway of the pool, for --ray.",
      "          It runs every function that it is given, for any user of this machine: not for shared machines,",
      "          unless --allow says which. With --ray, a pool on a cluster that is there, of which a node runs here",
      "          (ray start --address=HOST:PORT); its token is taken from RAY_AUTH_TOKEN, the file that",
      "          RAY_AUTH_TOKEN_PATH names, or ~/.ray/auth_token. ./cats down ends the pool and leaves the cluster",
      "",
      "Examples:",
      "  ./cats up                      all of them",
      "  ./cats up kafka --port 9192    another port than 9092",
      "  ./cats up kubo                 a node at any free port; says which",
      "  ./cats up ray                  workers, and their gateway at any free port; says which",
      "  ./cats up ray --ray 10.0.0.7:6379 --allow bafy…   on a cluster that is there",
      "  ./cats up --store /data/usgs   beside another store, with data of its own",
      "  ./cats up --json               {\"services\":[{\"service\",\"address\",\"pid\",\"data\",\"log\",\"started\"}]}",
      "",
      "The first `up kafka` fetches the broker with Maven; the first `up kubo` builds the node with Go, for some",
      "minutes; the first `up ray` installs Ray with Python, about 160 MB. ./cats doctor asks what runs, ./cats down",
      "ends it."
    })
final class UpCommand extends ServiceCommand {
  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..*",
      description = "Which: kafka, kubo, ray. Default: all that there are.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--port",
      paramLabel = "N",
      description =
          "Where the one service named is to listen. Default: 9092 for kafka, any for others.")
  private Integer port;

  @Option(
      names = "--ray",
      paramLabel = "HOST:PORT",
      description = "With ray: the head of a cluster that is there, where the pool is to be made.")
  private String cluster;

  @Option(
      names = "--allow",
      paramLabel = "CID",
      split = ",",
      description = "With ray: functions or bundles that may run, and no others. Default: all.")
  private List<String> allowed = List.of();

  @Override
  public Integer call() throws Exception {
    List<Service> wanted = cluster == null && allowed.isEmpty() ? named(names) : List.of(ray());
    if (port != null && names.size() != 1) {
      throw Failure.usage(
          "Invalid --port: expected one service with it, found " + names.size(),
          "Try: ./cats up kafka --port " + port);
    }
    Services services = services();
    List<Up> all = new ArrayList<>();
    for (Service service : wanted) {
      if (names.isEmpty() && !canBeFetched(service)) {
        continue;
      }
      Up up =
          services.up(
              service, port == null ? OptionalInt.empty() : OptionalInt.of(port), this::progress);
      if (cluster != null) {
        requireOn(cluster, up);
      }
      if (!allowed.isEmpty() && !up.started()) {
        throw Failure.usage(
            "Cannot restrict ray with --allow: it is up already, and runs what it was started to run",
            "End it first: ./cats down ray" + where().option());
      }
      all.add(up);
      if (!json()) {
        print(up, services.folder(service));
      }
    }
    if (json()) {
      out().println(line(all, services));
    } else {
      out().printf("%nEnd it: ./cats down%s%n", where().option());
    }
    out().flush();
    return 0;
  }

  private Service ray() {
    if (!names.equals(List.of("ray"))) {
      throw Failure.usage(
          "Invalid %s: expected the service ray with it, found %s"
              .formatted(
                  cluster == null ? "--allow" : "--ray",
                  names.isEmpty() ? "none" : String.join(" ", names)),
          "Try: ./cats up ray" + (cluster == null ? "" : " --ray " + cluster));
    }
    if (cluster != null && !cluster.matches(RayGateway.CLUSTER)) {
      throw Failure.usage(
          "Invalid --ray: expected HOST:PORT, found '" + cluster + "'",
          "Name the head of the cluster, as in --ray 10.0.0.7:6379");
    }
    for (String cid : allowed) {
      try {
        Cid.parse(cid);
      } catch (DecodeException e) {
        throw Failure.usage(
            "Invalid --allow: expected CIDs, found '" + cid + "'", e.getMessage(), e);
      }
    }
    return Services.ray(
        Optional.ofNullable(cluster), allowed.isEmpty() ? "*" : String.join(",", allowed));
  }

  /** What is up already may be somewhere else. */
  private void requireOn(String head, Up up) throws IOException, InterruptedException {
    String found = Services.rayCluster(up.daemon().address());
    if (!found.equals(head)) {
      throw new IOException(
          "Cannot make a pool on Ray at %s: ray is up at %s, on Ray at %s\nEnd that first: ./cats down ray%s"
              .formatted(head, up.daemon().address(), found, where().option()));
    }
  }

  /** Who asks for all that there are gets those that are possible here. */
  private boolean canBeFetched(Service service) throws InterruptedException {
    if (!service.isFetched()) {
      try {
        switch (service.tool()) {
          case MAVEN -> {}
          case GO -> Services.go();
          case PYTHON -> Services.python();
        }
      } catch (IOException e) {
        progress("Leaving out %s: %s".formatted(service.name(), e.getMessage()));
        return false;
      }
    }
    return true;
  }

  private void print(Up up, Path folder) {
    out()
        .printf(
            "%s is %s at %s (process %d)%n",
            up.service().name(),
            up.started() ? "up" : "already up",
            up.daemon().address(),
            up.daemon().pid());
    out().printf("  data  %s%n", folder);
    out().printf("  log   %s%n", up.service().log(folder));
  }

  private static String line(List<Up> all, Services services) {
    return Json.object(
        json -> {
          json.writeArrayFieldStart("services");
          for (Up up : all) {
            Path folder = services.folder(up.service());
            json.writeStartObject();
            write(json, up.service(), up.daemon());
            json.writeStringField("data", folder.toString());
            json.writeStringField("log", up.service().log(folder).toString());
            json.writeBooleanField("started", up.started());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
