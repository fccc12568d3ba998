package dev.cats.connector.ipfs;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import dev.cats.content.StoreLockedException;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A second user of a store, in a JVM of its own: takes a line, does it, answers with a line. */
final class OtherProcess implements Closeable {
  private final Process process;
  private final PrintWriter to;
  private final BufferedReader from;

  OtherProcess(Path store) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                OtherProcess.class.getName(),
                store.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    to =
        new PrintWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
    from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  String ask(String command) throws IOException {
    to.println(command);
    return from.readLine();
  }

  long pid() {
    return process.pid();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public static void main(String[] args) throws IOException {
    CarFolderBlockStore store = CarFolderBlockStore.at(Path.of(args[0]));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintWriter answers =
        new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      answers.println(done(store, line.split(" ", 2)));
    }
  }

  private static String done(BlockStore store, String[] command) throws IOException {
    switch (command[0]) {
      case "lock":
        try {
          store.lock(command[1]);
          return "locked";
        } catch (StoreLockedException e) {
          return e.holder();
        }
      case "seal":
        seal(store, command[1]);
        return "sealed";
      case "commit":
        seal(store, command[1]);
        store.commit(command[1]);
        return "committed";
      default:
        throw new IllegalArgumentException(command[0]);
    }
  }

  private static void seal(BlockStore store, String name) throws IOException {
    try (SegmentWriter writer = store.newSegment(name)) {
      writer.append(block(name));
      writer.seal();
    }
  }

  /** The one block of a segment that the other process writes. */
  static Block block(String segment) {
    return Block.of(Cid.RAW, Bytes.utf8("block of " + segment));
  }
}
