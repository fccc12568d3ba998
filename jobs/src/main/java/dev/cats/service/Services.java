package dev.cats.service;

import dev.cats.connector.kafka.LocalBroker;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The services of one store: starts them, ends them, and knows which are there. */
public final class Services {
  /** Those that there are, in the order in which a laptop starts them. */
  public static final List<Service> ALL =
      List.of(new KafkaService(), new KuboService(), new RayService());

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);
  private static final int MAX_PORT = 65_535;

  private final Path store;
  private final String option;
  private final Duration patience;

  private Services(Path store, String option, Duration patience) {
    this.store = store.toAbsolutePath().normalize();
    this.option = option;
    this.patience = patience;
  }

  /**
   * The services whose data is in the folder of this store, which need not be there yet.
   *
   * @param option how commands are told of this store, as in {@code " --store /data/usgs"}
   */
  public static Services of(Path store, String option) {
    return new Services(store, option, PATIENCE);
  }

  /** The same, for a test that does not want to wait long for a service that does not end. */
  Services withPatience(Duration time) {
    return new Services(store, option, time);
  }

  /** Where the Kafka broker of a store listens, if {@code ./cats up kafka} has one running. */
  public static Optional<String> kafka(URI store) throws IOException {
    return "file".equals(store.getScheme())
        ? of(Path.of(store), "").remembered("kafka").filter(Daemon::isAlive).map(Daemon::address)
        : Optional.empty();
  }

  /** A service that runs: whether it had to be started, and where it is. */
  public record Up(Service service, Daemon daemon, boolean started) {}

  /** How a service ended: when it was told to, when it had to be killed, or long before. */
  public enum Ending {
    STOPPED,
    KILLED,
    GONE
  }

  /** A service that runs no more. */
  public record Down(Service service, Daemon daemon, Ending ending) {}

  /** Where the Kubo node of a store is, if {@code ./cats up kubo} has one running. */
  public static Optional<String> kubo(URI store) throws IOException {
    return "file".equals(store.getScheme())
        ? of(Path.of(store), "").remembered("kubo").filter(Daemon::isAlive).map(Daemon::address)
        : Optional.empty();
  }

  /** Where the gateway of a store's Ray is, if {@code ./cats up ray} has one running. */
  public static Optional<String> ray(URI store) throws IOException {
    return "file".equals(store.getScheme())
        ? of(Path.of(store), "").remembered("ray").filter(Daemon::isAlive).map(Daemon::address)
        : Optional.empty();
  }

  /**
   * Ray's pool of workers on a cluster that is there already.
   *
   * @param cluster its head, {@code HOST:PORT}; nothing for one that is started
   * @param allow what may run there: CIDs with commas between them, or {@code *}
   */
  public static Service ray(Optional<String> cluster, String allow) {
    return new RayService(cluster, allow);
  }

  /** The head of the cluster that the gateway at this address works on. */
  public static String rayCluster(String address) throws IOException, InterruptedException {
    return RayService.cluster(address);
  }

  /** Which Go would build Kubo; an IOException that says what to do, if none would. */
  public static String go() throws IOException, InterruptedException {
    return KuboService.go();
  }

  /**
   * Which Python would install Ray, and whether that is done; an IOException that says what to do,
   * if none would.
   */
  public static String python() throws IOException, InterruptedException {
    return RayService.python();
  }

  /** Who listens at a port of this machine, in words; nothing if it is free. */
  public static Optional<String> portOwner(int port) {
    return LocalBroker.isFree(port) ? Optional.empty() : Optional.of(PortOwner.of(port));
  }

  /** The folder of a service: its data, its log, and which process it is. */
  public Path folder(Service service) {
    return folder(service.name());
  }

  private Path folder(String name) {
    return store.resolve("services").resolve(name);
  }

  /** The process that was started last, whether it is still there or not. */
  public Optional<Daemon> remembered(Service service) throws IOException {
    return remembered(service.name());
  }

  private Optional<Daemon> remembered(String name) throws IOException {
    return Daemon.in(folder(name));
  }

  /**
   * Starts a service, unless it runs, and waits until it answers.
   *
   * @param port where it is to listen; if there is none given, where it did before, else its
   *     default, else anywhere
   */
  public Up up(Service service, OptionalInt port, Consumer<String> progress)
      throws IOException, InterruptedException {
    if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > MAX_PORT)) {
      throw new IllegalArgumentException(
          "Invalid port: expected 1 to " + MAX_PORT + ", found " + port.getAsInt());
    }
    endLeftovers(service);
    // Looked at before anything is made, and again when nobody else can change it.
    checkPort(service, Daemon.in(folder(service)), port);
    Path folder = made(service);
    try (Turn turn = turn(service)) {
      Optional<Daemon> before = Daemon.in(folder);
      int free = checkPort(service, before, port);
      Optional<ProcessHandle> process = before.flatMap(Daemon::process);
      if (process.isPresent()) {
        Daemon running = before.get();
        awaitAgain(service, process.get(), folder, running);
        return new Up(service, running, false);
      }
      before.ifPresent(
          gone ->
              progress.accept(
                  "%s of before (process %d) is gone; going on with its data"
                      .formatted(service.name(), gone.pid())));
      return new Up(service, started(service, folder, free, progress), true);
    }
  }

  /** Before anything else: they may listen at the port that the service is to have again. */
  private void endLeftovers(Service service) throws IOException, InterruptedException {
    Path folder = folder(service);
    if (Daemon.in(folder).filter(daemon -> !daemon.isAlive()).isPresent()) {
      try (Turn turn = turn(service)) {
        service.endLeftovers(folder);
      }
    }
  }

  /** The port that a service has, or is to have; an IOException if that cannot be. */
  private int checkPort(Service service, Optional<Daemon> before, OptionalInt asked)
      throws IOException {
    OptionalInt usual =
        before.map(daemon -> OptionalInt.of(daemon.port())).orElseGet(service::defaultPort);
    if (asked.isEmpty() && usual.isEmpty()) {
      return LocalBroker.freePort();
    }
    int port = asked.orElseGet(usual::getAsInt);
    if (before.isPresent() && before.get().isAlive()) {
      if (port != before.get().port()) {
        throw new IOException(
            "Cannot start %s at port %d: it is up at %s\nEnd that first: %s"
                .formatted(service.name(), port, before.get().address(), command("down", service)));
      }
      return port;
    }
    Optional<String> owner = portOwner(port);
    if (owner.isPresent()) {
      throw new IOException(
          "Cannot start %s at port %d: %s listens there\nTake another: %s --port %d"
              .formatted(
                  service.name(),
                  port,
                  owner.get(),
                  command("up", service),
                  LocalBroker.freePort()));
    }
    return port;
  }

  private String command(String verb, Service service) {
    return "./cats " + verb + " " + service.name() + option;
  }

  /** A process that is there may be starting still; or it will never answer. */
  private void awaitAgain(Service service, ProcessHandle process, Path folder, Daemon running)
      throws IOException, InterruptedException {
    try {
      service.awaitAnswer(process, folder, running.port());
    } catch (IOException e) {
      throw new IOException(
          "Cannot reach %s at %s, though process %d is there: %s\nStart it anew: %s, then %s"
              .formatted(
                  service.name(),
                  running.address(),
                  running.pid(),
                  e.getMessage(),
                  command("down", service),
                  command("up", service)),
          e);
    }
  }

  private Daemon started(Service service, Path folder, int port, Consumer<String> progress)
      throws IOException, InterruptedException {
    service.fetch(progress);
    progress.accept("Starting " + service.name());
    Process process = service.start(folder, port);
    try {
      Daemon daemon = Daemon.of(process.toHandle(), port, service.address(port));
      daemon.write(folder);
      service.awaitAnswer(process.toHandle(), folder, port);
      return daemon;
    } catch (IOException | InterruptedException | RuntimeException e) {
      kill(process.toHandle());
      Daemon.forget(folder);
      throw e;
    }
  }

  private Path made(Service service) throws IOException {
    Path folder = folder(service);
    try {
      Files.createDirectories(folder);
      if (!Files.isWritable(folder)) {
        throw new IOException("access denied");
      }
      return folder;
    } catch (IOException e) {
      throw new IOException(
          "Cannot start %s: cannot write %s (%s)\nName another store with --store DIR."
              .formatted(service.name(), folder, reason(e)),
          e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "access denied";
    }
    if (e instanceof FileAlreadyExistsException file) {
      return file.getFile() + " is a file";
    }
    return e instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : e.getMessage();
  }

  /**
   * Ends the service that {@link #up} started: asks it to end, and kills it if it does not.
   *
   * @return nothing if none was started
   */
  public Optional<Down> down(Service service, Consumer<String> progress)
      throws IOException, InterruptedException {
    Path folder = folder(service);
    if (Daemon.in(folder).isEmpty()) {
      return Optional.empty();
    }
    try (Turn turn = turn(service)) {
      Optional<Daemon> daemon = Daemon.in(folder);
      if (daemon.isEmpty()) {
        return Optional.empty();
      }
      Optional<ProcessHandle> process = daemon.get().process();
      Ending ending = process.isPresent() ? end(service, process.get(), progress) : Ending.GONE;
      service.endLeftovers(folder);
      Daemon.forget(folder);
      return Optional.of(new Down(service, daemon.get(), ending));
    }
  }

  private Ending end(Service service, ProcessHandle process, Consumer<String> progress)
      throws IOException, InterruptedException {
    progress.accept("Stopping " + service.name());
    process.destroy();
    if (Daemon.endsWithin(process, patience)) {
      return Ending.STOPPED;
    }
    progress.accept(
        "%s did not end within %d s; killing it".formatted(service.name(), patience.toSeconds()));
    kill(process);
    if (Daemon.endsWithin(process, KILL_PATIENCE)) {
      return Ending.KILLED;
    }
    throw new IOException(
        "Cannot end %s: process %d stays, even killed".formatted(service.name(), process.pid()));
  }

  /** With all that it has started. */
  private static void kill(ProcessHandle process) {
    List<ProcessHandle> all = Stream.concat(Stream.of(process), process.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /** One command at a time changes a service: a lock that ends with the process, if not before. */
  private record Turn(FileChannel file) implements Closeable {
    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private Turn turn(Service service) throws IOException {
    Path file = folder(service).resolve("lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return new Turn(channel);
      }
    } catch (OverlappingFileLockException e) {
      // Somebody else in this very process, which the message below says too.
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new IOException(
        "Cannot change %s: another `./cats up` or `./cats down` is at it\nWait for that to end; it has %s locked."
            .formatted(service.name(), file));
  }
}
