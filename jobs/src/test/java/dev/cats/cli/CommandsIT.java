package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.cats.connector.kafka.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands that the documents show, run as they stand there: all {@code sh} blocks of a
 * document, in order, in one shell, in a folder that looks like the project's but is empty where
 * commands write.
 *
 * <p>{@code sh ci} marks the command that CI itself runs, which this is a part of.
 */
class CommandsIT {
  private static final Path ROOT = Path.of(System.getProperty("cats.root"));
  private static final Pattern BLOCK =
      Pattern.compile("^ *```([^\n]*)\n(.*?)^ *```$", Pattern.MULTILINE | Pattern.DOTALL);

  @TempDir private Path folder;

  private record Block(String language, String text) {}

  @TestFactory
  Stream<DynamicTest> everyCommandOfTheDocumentsWorks() throws IOException {
    return documents().stream()
        .filter(document -> !blocks(document, "sh").isEmpty())
        .filter(document -> !document.getParent().endsWith("flink-conf") || areFree(6123, 8081))
        .filter(document -> !startsKafka(document) || areFree(9092))
        .map(document -> dynamicTest(ROOT.relativize(document).toString(), () -> run(document)));
  }

  @Test
  void noCommandHidesInABlockOfAnotherName() throws IOException {
    for (Path document : documents()) {
      assertThat(blocks(document))
          .as("code blocks of " + document)
          .allMatch(block -> block.language().matches("sh|sh ci|text|java|(json|cid|hex)( .*)?"));
    }
  }

  @Test
  void ciRunsTheTestCommandOfTheReadme() throws IOException {
    List<Block> commands = blocks(ROOT.resolve("README.md"), "sh ci");
    assertThat(commands).hasSize(1);
    assertThat(Files.readAllLines(ROOT.resolve(".ci/run")))
        .contains(commands.get(0).text().strip() + " || code=$?");
  }

  @Test
  void theLauncherSaysWhatItNeeds() throws Exception {
    Shell launcher = Shell.run(folder, Map.of(), List.of("bash", ROOT + "/.ci/test-launcher"));
    assertThat(launcher.code()).as(launcher.out() + launcher.err()).isZero();
  }

  private static boolean startsKafka(Path document) {
    return blocks(document, "sh").stream().anyMatch(block -> block.text().contains("./cats up"));
  }

  /** Whether what listens at these ports can be started here; CI has to be able to. */
  private static boolean areFree(int... ports) {
    for (int port : ports) {
      try (ServerSocket socket = new ServerSocket(port)) {
        assertThat(socket.isBound()).isTrue();
      } catch (IOException e) {
        return "true".equals(System.getenv("CI"));
      }
    }
    return true;
  }

  private void run(Path document) throws Exception {
    if (startsKafka(document)) {
      KafkaBroker.assumeAvailable();
    }
    Path here = Files.createTempDirectory(folder, "commands");
    for (String name : List.of("cats", "pom.xml", "flink-conf", "connectors", "jobs")) {
      Files.createSymbolicLink(here.resolve(name), ROOT.resolve(name));
    }
    List<String> lines = new ArrayList<>(List.of("set -euo pipefail"));
    lines.add("end() { kill $(jobs -p) || true; [ ! -e cats-data/services ] || ./cats down; }");
    lines.add("trap 'end >/dev/null 2>&1 || true' EXIT");
    for (Block block : blocks(document, "sh")) {
      lines.add("set -x\n" + block.text() + "{ set +x; } 2>/dev/null");
    }
    Shell done = Shell.run(here, Map.of(), List.of("bash", "-c", String.join("\n", lines)));
    assertThat(done.code()).as(done.err() + done.out()).isZero();
  }

  /** The project's Markdown files, in the order of their paths. */
  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    try (Stream<Path> folders = Files.list(ROOT)) {
      for (Path top : folders.sorted().toList()) {
        if (top.toString().endsWith(".md")) {
          documents.add(top);
        } else if (Files.exists(top.resolve("README.md"))) {
          try (Stream<Path> files = Files.list(top)) {
            files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
          }
        }
      }
    }
    return documents;
  }

  private static List<Block> blocks(Path document, String language) {
    return blocks(document).stream().filter(block -> block.language().equals(language)).toList();
  }

  private static List<Block> blocks(Path document) {
    try {
      List<Block> blocks = new ArrayList<>();
      Matcher matcher = BLOCK.matcher(Files.readString(document));
      while (matcher.find()) {
        blocks.add(new Block(matcher.group(1).strip(), matcher.group(2)));
      }
      return blocks;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
