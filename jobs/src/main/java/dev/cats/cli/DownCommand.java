package dev.cats.cli;

import dev.cats.service.Service;
import dev.cats.service.Services;
import dev.cats.service.Services.Down;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cats down}: ends what {@code cats up} started. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = {
      "Ends the servers that ./cats up started.",
      "Those of this store, no others, and their data stays. Who does not end within half a minute is killed.",
      "Nothing to end is fine too."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats down",
      "  ./cats down kafka --store /data/usgs",
      "  ./cats down --json    {\"services\":[{\"service\",\"address\",\"pid\",\"ending\":\"stopped|killed|gone\"}]}",
      "",
      "To throw the data of a service away too, remove its folder: services/NAME in the store."
    })
final class DownCommand extends ServiceCommand {
  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..*",
      description = "Which: kafka, kubo, ray. Default: all that there are.")
  private List<String> names = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    List<Service> wanted = named(names);
    Services services = services();
    List<Down> all = new ArrayList<>();
    for (Service service : wanted) {
      services
          .down(service, this::progress)
          .ifPresentOrElse(
              down -> {
                all.add(down);
                print(down);
              },
              () -> print("%s: nothing to end%n".formatted(service.name())));
    }
    if (json()) {
      out().println(line(all));
    }
    out().flush();
    return 0;
  }

  private void print(Down down) {
    String name = down.service().name();
    long pid = down.daemon().pid();
    print(
        switch (down.ending()) {
          case STOPPED -> "%s is down (process %d)%n".formatted(name, pid);
          case KILLED -> "%s is down: process %d had to be killed%n".formatted(name, pid);
          case GONE -> "%s was not up any more: process %d was gone%n".formatted(name, pid);
        });
  }

  private void print(String line) {
    if (!json()) {
      out().print(line);
    }
  }

  private static String line(List<Down> all) {
    return Json.object(
        json -> {
          json.writeArrayFieldStart("services");
          for (Down down : all) {
            json.writeStartObject();
            write(json, down.service(), down.daemon());
            json.writeStringField("ending", down.ending().name().toLowerCase(Locale.ROOT));
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
