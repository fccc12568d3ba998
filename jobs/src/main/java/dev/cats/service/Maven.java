package dev.cats.service;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Maven, as far as services need it: to fetch what they are made of. */
public record Maven(Path root) {
  private static final Pattern FETCHED =
      Pattern.compile(".*Downloaded from .*/([^/ ]+\\.jar) \\(([^ ]+ [kMG]?B).*");
  private static final int ASK_SECONDS = 20;
  private static final int MAX_ERRORS = 6;
  private static final String INSTALL =
      "Install Maven 3.8.7 or newer (Debian, Ubuntu: apt-get install maven; macOS: brew install maven).";

  /** {@code Apache Maven 3.9.9}, or an IOException that says what is the matter and what to do. */
  public static String version() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(), "-Dstyle.color=never", "-v")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader answer = process.inputReader()) {
      process.getOutputStream().close();
      List<String> lines = answer.lines().toList();
      if (!process.waitFor(ASK_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("Cannot ask Maven: " + String.join(" ", lines));
      }
      return lines.stream()
          .map(line -> line.replaceAll("\u001B\\[[0-9;]*m", ""))
          .filter(line -> line.startsWith("Apache Maven"))
          .map(line -> line.replaceAll(" \\(.*", ""))
          .findFirst()
          .orElse("Maven");
    } finally {
      process.destroyForcibly();
    }
  }

  private static String command() throws IOException {
    return Detached.onPath("mvn")
        .orElseThrow(() -> new IOException("Cannot run Maven: there is no mvn here\n" + INSTALL))
        .toString();
  }

  /** Packages one module that stands on no other, from scratch, and says which jars come in. */
  void build(String module, Consumer<String> progress) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(command(), "-B", "-Dstyle.color=never"));
    line.addAll(List.of("-DskipTests", "-pl", module, "clean", "package"));
    Path log = Files.createDirectories(root.resolve("target")).resolve("fetch.log");
    List<String> errors = new ArrayList<>();
    Process process =
        new ProcessBuilder(line).directory(root.toFile()).redirectErrorStream(true).start();
    try (BufferedReader answer = process.inputReader();
        BufferedWriter all = Files.newBufferedWriter(log)) {
      process.getOutputStream().close();
      for (String each = answer.readLine(); each != null; each = answer.readLine()) {
        all.write(each);
        all.newLine();
        Matcher fetched = FETCHED.matcher(each);
        if (fetched.matches()) {
          progress.accept("  " + fetched.group(1) + ", " + fetched.group(2));
        } else if (each.startsWith("[ERROR]") && errors.size() < MAX_ERRORS) {
          errors.add(each.substring("[ERROR]".length()).strip());
        }
      }
      if (process.waitFor() != 0) {
        throw new IOException(
            "Cannot build %s: Maven ended with %d\n%s\nMaven's whole answer is in %s."
                .formatted(module, process.exitValue(), String.join("\n", errors), log));
      }
    } finally {
      process.destroyForcibly();
    }
  }
}
