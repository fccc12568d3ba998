package dev.cats.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cats.service.Daemon;
import dev.cats.service.Service;
import dev.cats.service.Services;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command about the servers beside the jobs, which a store's folder keeps. */
abstract class ServiceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private StoreOption where = new StoreOption();

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  StoreOption where() {
    return where;
  }

  boolean json() {
    return json;
  }

  /** The services of the store, which has to be a folder. */
  Services services() {
    if (!"file".equals(where.uri().getScheme())) {
      throw Failure.usage(
          "Cannot keep services in store " + where.location() + ": it is not a folder",
          "Name one with --store DIR.");
    }
    return Services.of(Path.of(where.uri()), where.option());
  }

  /** The services of these names; all that there are, if none is given. */
  static List<Service> named(List<String> names) {
    return names.isEmpty()
        ? Services.ALL
        : names.stream().distinct().map(ServiceCommand::named).toList();
  }

  private static Service named(String name) {
    return Services.ALL.stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.usage(
                    "Invalid service: expected %s, found %s".formatted(known(), name),
                    "All of them: leave the name out."));
  }

  private static String known() {
    List<String> all = Services.ALL.stream().map(Service::name).toList();
    return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.get(all.size() - 1);
  }

  /** What every answer in JSON says of a process. */
  static void write(JsonGenerator json, Service service, Daemon daemon) throws IOException {
    json.writeStringField("service", service.name());
    json.writeStringField("address", daemon.address());
    json.writeNumberField("pid", daemon.pid());
  }

  void progress(String line) {
    err().println(line);
    err().flush();
  }

  /** For answers. */
  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** For progress and messages. */
  PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
