package dev.cats.ray.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway in Ray's LOCAL mode, which runs functions in Java: a process on the loopback
 * interface that is started again, at its port, when it ends. It ends with this one, also when this
 * one is killed.
 *
 * <p>It needs nothing but Java and what the module {@code ray-bridge/stages} has in {@code target}.
 */
public final class JavaGateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JavaGateway.class);
  private static final String MODULE = "ray-bridge/stages";
  private static final String MAIN = "dev.cats.ray.stage.LocalGateway";
  private static final long PAUSE_MILLIS = 500;

  /** What Ray's own serializer and Arrow ask of Java 17. */
  private static final List<String> OPENED =
      List.of("nio", "lang", "util", "math", "util.concurrent", "net", "text");

  private final Path root;
  private final Path log;
  private final List<String> allow;
  private LocalProcess process;
  private URI uri;
  private boolean closed;

  private JavaGateway(Path root, Path log, List<String> allow) {
    this.root = root;
    this.log = log;
    this.allow = List.copyOf(allow);
  }

  /**
   * Starts one at a free port, and waits until it listens.
   *
   * @param root the project's folder
   * @param log the file that takes what it says
   * @param allow CIDs of the functions or bundles that it may run, or {@code *}
   */
  public static JavaGateway start(Path root, Path log, List<String> allow)
      throws IOException, InterruptedException {
    JavaGateway gateway = new JavaGateway(root.toAbsolutePath(), log, allow);
    Files.createDirectories(log.toAbsolutePath().getParent());
    gateway.start(0);
    return gateway;
  }

  private void start(int port) throws IOException, InterruptedException {
    LocalProcess starting =
        LocalProcess.start("the gateway of Java stages", command(port), Map.of(), log);
    synchronized (this) {
      process = starting;
    }
    try {
      URI there = URI.create(starting.await("LISTENING "));
      synchronized (this) {
        uri = there;
        if (!closed) {
          var unused =
              starting.onEnd().thenRunAsync(() -> again(starting), JavaGateway::inBackground);
          return;
        }
      }
      starting.close();
    } catch (IOException | InterruptedException | RuntimeException e) {
      starting.close();
      throw e;
    }
  }

  private static void inBackground(Runnable task) {
    Thread thread = new Thread(task, "gateway of Java stages");
    thread.setDaemon(true);
    thread.start();
  }

  private List<String> command(int port) throws IOException {
    Path target = root.resolve(MODULE).resolve("target");
    Path jar = target.resolve("cats-ray-stages.jar");
    if (!Files.exists(jar) || !Files.isDirectory(target.resolve("lib"))) {
      throw new IOException(
          "Cannot start the gateway of Java stages: there is no %s; build it: mvn -DskipTests -pl %s -am package"
              .formatted(jar, MODULE));
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx192m", "-XX:MaxDirectMemorySize=128m", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.add("-XX:TieredStopAtLevel=1");
    OPENED.forEach(name -> command.add("--add-opens=java.base/java." + name + "=ALL-UNNAMED"));
    command.addAll(List.of("-cp", jar + java.io.File.pathSeparator + target.resolve("lib") + "/*"));
    command.addAll(List.of(MAIN, "--allow", String.join(",", allow)));
    command.addAll(List.of("--port", Integer.toString(port)));
    command.addAll(List.of("--owner", Long.toString(ProcessHandle.current().pid())));
    return command;
  }

  /** Takes the place of one that ended, unless it was ended here. */
  private void again(LocalProcess ended) {
    ended.close();
    while (true) {
      synchronized (this) {
        if (closed) {
          return;
        }
      }
      try {
        LOG.warn("The gateway of Java stages ended, and is started again: {}", ended.lastWords());
        start(uri().getPort());
        return;
      } catch (IOException e) {
        LOG.warn("The gateway of Java stages cannot be started again yet", e);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Where it listens: {@code grpc://127.0.0.1:PORT}. */
  public synchronized URI uri() {
    return uri;
  }

  /** The id of its process; another one after it was started again. */
  public synchronized long pid() {
    return process.pid();
  }

  /** Ends it, and waits until it is gone. */
  @Override
  public void close() {
    LocalProcess last;
    synchronized (this) {
      closed = true;
      last = process;
    }
    last.close();
  }
}
