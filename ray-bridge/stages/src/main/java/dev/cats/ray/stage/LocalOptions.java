package dev.cats.ray.stage;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the gateway is started with. */
record LocalOptions(int port, List<String> allow, Optional<Long> owner) {
  static final String HELP =
      """
      Usage: java JAVA_OPTIONS -cp 'ray-bridge/stages/target/lib/*:JAR' dev.cats.ray.stage.LocalGateway OPTIONS

      Runs functions in Java for steps of a pipeline, on Ray's LOCAL mode: without a cluster. It
      listens on 127.0.0.1 only, and says where: "LISTENING grpc://127.0.0.1:PORT".

        --allow CID[,CID]   which functions or bundles may run; * for all
        --port PORT         where to listen (default 0: any free port)
        --owner PID         end when the process that started this one, PID, is gone
        --help              this text

      JAVA_OPTIONS are --add-opens=java.base/java.nio=ALL-UNNAMED, and the same of java.lang,
      java.util, java.math, java.util.concurrent, java.net and java.text.

      Exit codes: 1 it could not be started, 2 options, 70 a function would not end.
      """;

  private static final Set<String> NAMES = Set.of("--allow", "--port", "--owner");
  private static final int LAST_PORT = 65_535;

  LocalOptions {
    allow = List.copyOf(allow);
  }

  static LocalOptions of(String... arguments) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!NAMES.contains(arguments[i])) {
        throw new IllegalArgumentException("Invalid option %s: see --help".formatted(arguments[i]));
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException("Invalid option %s: no value".formatted(arguments[i]));
      }
      values.put(arguments[i], arguments[i + 1]);
    }
    return new LocalOptions(
        (int) number("--port", values.getOrDefault("--port", "0"), LAST_PORT),
        allowed(values.getOrDefault("--allow", "")),
        Optional.ofNullable(values.get("--owner"))
            .map(pid -> number("--owner", pid, Integer.MAX_VALUE)));
  }

  private static long number(String name, String value, long most) {
    if (!value.matches("\\d{1,10}") || Long.parseLong(value) > most) {
      throw new IllegalArgumentException(
          "Invalid %s: expected a number up to %d, found '%s'".formatted(name, most, value));
    }
    return Long.parseLong(value);
  }

  private static List<String> allowed(String value) {
    List<String> cids = List.of(value.split(",", -1));
    if (!cids.equals(List.of("*")) && !cids.stream().allMatch(cid -> cid.matches("b[a-z2-7]+"))) {
      throw new IllegalArgumentException(
          "Invalid --allow: expected CIDs with commas between them, or *, found '%s'"
              .formatted(value));
    }
    return cids;
  }
}
