package dev.cats.cli;

import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.service.Daemon;
import dev.cats.service.Maven;
import dev.cats.service.Service;
import dev.cats.service.Services;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code cats doctor}: what would work here, and what to do about what would not. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Says what works here, and what to do about what does not.",
      "Asks all that a run may need: the JDK, Maven, Go, Python, the store, and the servers of ./cats up. Changes nothing."
    },
    footer = {
      "",
      "  ok     answers",
      "  off    is not there, and need not be",
      "  WRONG  should answer and does not",
      "",
      "Examples:",
      "  ./cats doctor",
      "  ./cats doctor --store s3://bucket/cats",
      "  ./cats doctor --json    {\"ok\",\"checks\":[{\"name\",\"state\":\"ok|off|wrong\",\"found\",\"next\"}]}",
      "",
      "Exit codes: 0 nothing is wrong, 1 something is, 2 usage."
    })
final class DoctorCommand extends ServiceCommand {
  private enum State {
    OK("ok"),
    OFF("off"),
    WRONG("WRONG");

    private final String word;

    State(String word) {
      this.word = word;
    }
  }

  /** One thing that was asked; {@code next} is what to do, and empty where there is nothing. */
  private record Check(String name, State state, String found, String next) {
    Check {
      found = found.strip();
      next = next.strip();
    }

    /** A failure: the first line of its message says what is wrong, the others what to do. */
    static Check wrong(String name, Exception e, String next) {
      String message = e.getMessage() == null ? e.toString() : e.getMessage();
      String[] parts = message.split("\\R", 2);
      return new Check(name, State.WRONG, parts[0], parts.length > 1 ? parts[1] : next);
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    List<Check> checks = new ArrayList<>();
    checks.add(java());
    checks.add(maven());
    checks.add(tool("go", Service.Tool.GO, Services::go));
    checks.add(tool("python", Service.Tool.PYTHON, Services::python));
    checks.add(store());
    if ("file".equals(where().uri().getScheme())) {
      for (Service service : Services.ALL) {
        checks.add(service(service));
      }
    }
    boolean ok = checks.stream().noneMatch(check -> check.state() == State.WRONG);
    if (json()) {
      out().println(line(ok, checks));
    } else {
      checks.forEach(this::print);
    }
    out().flush();
    return ok ? 0 : Failure.FOUND_WRONG;
  }

  private static Check java() {
    return new Check(
        "java",
        State.OK,
        "%s (%s), %s"
            .formatted(
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.home")),
        "");
  }

  /** Whoever has built everything needs no Maven. */
  private static Check maven() throws InterruptedException {
    try {
      return new Check("maven", State.OK, Maven.version(), "");
    } catch (IOException e) {
      Check wrong = Check.wrong("maven", e, "");
      return Services.ALL.stream()
              .filter(service -> service.tool() == Service.Tool.MAVEN)
              .allMatch(Service::isFetched)
          ? new Check("maven", State.OFF, wrong.found(), wrong.next())
          : wrong;
    }
  }

  private interface Question {
    String ask() throws IOException, InterruptedException;
  }

  /** Only one service needs it, and only once. */
  private static Check tool(String name, Service.Tool tool, Question question)
      throws InterruptedException {
    try {
      return new Check(name, State.OK, question.ask(), "");
    } catch (IOException e) {
      Check missing = Check.wrong(name, e, "");
      Service needs =
          Services.ALL.stream().filter(each -> each.tool() == tool).findFirst().orElseThrow();
      return new Check(
          name,
          State.OFF,
          missing.found(),
          needs.isFetched()
              ? "Not needed: what ./cats up %s needs is here.".formatted(needs.name())
              : "%s\nOnly ./cats up %s needs it; without that, nothing does."
                  .formatted(missing.next(), needs.name()));
    }
  }

  private Check store() {
    URI uri = where().uri();
    boolean local = "file".equals(uri.getScheme());
    if (local && !Files.exists(Path.of(uri))) {
      return new Check(
          "store",
          State.OFF,
          where().location() + " is not there yet",
          "A run makes it: ./cats demo" + where().option());
    }
    try (BlockStore store = BlockStores.open(uri)) {
      store.check();
      String head = store.head().map(cid -> "HEAD " + cid).orElse("no manifest yet");
      return new Check("store", State.OK, store.describe() + ", " + head + free(uri), "");
    } catch (IOException | RuntimeException e) {
      return Check.wrong("store", e, "Name another with --store DIR.");
    }
  }

  private static String free(URI uri) throws IOException {
    return "file".equals(uri.getScheme())
        ? String.format(
            Locale.ROOT, ", %.1f GB free", Files.getFileStore(Path.of(uri)).getUsableSpace() / 1e9)
        : "";
  }

  private Check service(Service service) throws InterruptedException {
    String up = "./cats up " + service.name() + where().option();
    try {
      Services services = services();
      Optional<Daemon> daemon = services.remembered(service);
      if (daemon.isEmpty()) {
        Optional<String> owner =
            service.defaultPort().isPresent()
                ? Services.portOwner(service.defaultPort().getAsInt())
                : Optional.empty();
        return new Check(
            service.name(),
            State.OFF,
            "not started"
                + owner
                    .map(
                        who ->
                            "; at its port %d listens %s"
                                .formatted(service.defaultPort().getAsInt(), who))
                    .orElse(""),
            "Start it: " + up + (owner.isPresent() ? " --port N" : ""));
      }
      if (!daemon.get().isAlive()) {
        return new Check(
            service.name(),
            State.WRONG,
            "process %d is gone, which was started to listen at %s"
                .formatted(daemon.get().pid(), daemon.get().address()),
            "Go on with its data: " + up);
      }
      try {
        return new Check(
            service.name(),
            State.OK,
            "%s, at %s (process %d)"
                .formatted(
                    service.ask(daemon.get().address()),
                    daemon.get().address(),
                    daemon.get().pid()),
            "");
      } catch (IOException e) {
        return Check.wrong(
            service.name(),
            e,
            "See %s. Start it anew: ./cats down %s%s, then %s"
                .formatted(
                    service.log(services.folder(service)), service.name(), where().option(), up));
      }
    } catch (IOException e) {
      return Check.wrong(service.name(), e, "");
    }
  }

  private void print(Check check) {
    out().printf("%-7s %-5s  %s%n", check.name(), check.state().word, check.found());
    check.next().lines().forEach(line -> out().printf("%-14s %s%n", "", line));
  }

  private static String line(boolean ok, List<Check> checks) {
    return Json.object(
        json -> {
          json.writeBooleanField("ok", ok);
          json.writeArrayFieldStart("checks");
          for (Check check : checks) {
            json.writeStartObject();
            json.writeStringField("name", check.name());
            json.writeStringField("state", check.state().name().toLowerCase(Locale.ROOT));
            json.writeStringField("found", check.found());
            if (check.next().isEmpty()) {
              json.writeNullField("next");
            } else {
              json.writeStringField("next", check.next());
            }
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
