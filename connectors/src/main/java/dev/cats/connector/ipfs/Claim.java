package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.StoreLockedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of several users who has something to himself, on a file system that can neither lock nor put
 * a file only where there is none. It stands on one promise, which S3, GCS, Azure and HDFS give:
 * who lists a folder after a file was put there sees it.
 *
 * <p>Each who wants it puts a file with a name of its own into one folder, and lists the folder
 * then. Who finds nobody else has it. Who finds somebody withdraws: of two who come together, the
 * one that listed last saw the other, so never both have it.
 *
 * <pre>
 * A puts, A lists: A        A has it
 * B puts, B lists: A, B     B withdraws, and is refused
 * A puts, B puts, both list: A, B     both withdraw, and come again at different times
 * </pre>
 *
 * <p>A file is written again every sixth of a {@link #LEASE} for as long as its owner lives. One
 * that is older than a lease, by the clock of the file system alone, is of nobody any more and is
 * removed. So who was stopped for longer than a lease and wakes may find that another has it:
 * {@link #requireHeld} says so before that can be too late, by three quarters of a lease on its own
 * clock.
 */
final class Claim implements BlockStore.Lock {
  /** For how long a claim holds that nobody renews. */
  static final Duration LEASE = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(Claim.class);
  private static final String HELD = "held by ";
  private static final String WANTED = "wanted by ";
  private static final int ROUNDS = 40;

  private final FileSystem files;
  private final Path folder;
  private final Path mine;
  private final String holder;
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final ScheduledExecutorService renewals;

  /** On this machine's clock that only goes forward; of the last renewal that succeeded. */
  private volatile long renewed;

  private Claim(FileSystem files, Path folder, String holder) {
    this.files = files;
    this.folder = folder;
    this.mine = new Path(folder, UUID.randomUUID().toString());
    this.holder = holder;
    this.renewals =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "renew " + folder.getName());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Takes it or says who has it.
   *
   * @param store for the message
   */
  static Claim take(FileSystem files, Path folder, String store, String holder) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      Claim claim = new Claim(files, folder, holder);
      Optional<Found> found;
      try {
        found = claim.tryTake();
      } catch (IOException | RuntimeException e) {
        try {
          claim.close();
        } catch (IOException left) {
          e.addSuppressed(left);
        }
        throw e;
      }
      if (found.isEmpty()) {
        return claim;
      }
      claim.close();
      if (found.get().text.startsWith(HELD)) {
        throw new StoreLockedException(store, found.get().describe());
      }
      pause();
    }
    throw new StoreLockedException(store, "others who want it too");
  }

  /** Waits until it is free: for what takes a moment. */
  static Claim await(FileSystem files, Path folder, String store, String holder)
      throws IOException {
    long until = System.nanoTime() + 4 * LEASE.toNanos();
    while (true) {
      try {
        return take(files, folder, store, holder);
      } catch (StoreLockedException e) {
        if (System.nanoTime() > until) {
          throw e;
        }
        pause();
      }
    }
  }

  /** Another claim, as it was found. */
  private record Found(Path file, String text, Duration age) {
    String describe() {
      return "%s (last heard of %d s ago; if that is gone, wait %d s or delete %s)"
          .formatted(
              text.substring(HELD.length()),
              Math.max(0, age.toSeconds()),
              Math.max(1, LEASE.minus(age).toSeconds() + 1),
              file);
    }
  }

  /** Who has it or wants it too; nobody, if it is this one's now. */
  private Optional<Found> tryTake() throws IOException {
    write(WANTED);
    List<Found> others = others();
    if (!others.isEmpty()) {
      return Optional.of(
          others.stream()
              .filter(each -> each.text.startsWith(HELD))
              .findFirst()
              .orElse(others.get(0)));
    }
    write(HELD);
    long every = LEASE.toMillis() / 6;
    ScheduledFuture<?> unused =
        renewals.scheduleWithFixedDelay(this::renew, every, every, TimeUnit.MILLISECONDS);
    return Optional.empty();
  }

  /** All that are not too old; those that are, are removed. */
  private List<Found> others() throws IOException {
    FileStatus[] all = files.listStatus(folder);
    long now = -1;
    for (FileStatus each : all) {
      if (each.getPath().getName().equals(mine.getName())) {
        now = each.getModificationTime();
      }
    }
    if (now < 0) {
      throw new IOException(
          "Cannot claim %s: %s is not there after it was written. A file system that lists late cannot hold a store"
              .formatted(folder, mine));
    }
    List<Found> others = new ArrayList<>();
    for (FileStatus each : all) {
      Duration age = Duration.ofMillis(now - each.getModificationTime());
      if (each.isDir() || each.getPath().getName().equals(mine.getName())) {
        continue;
      }
      if (age.compareTo(LEASE) > 0) {
        LOG.warn(
            "Removing {}, of which nothing was heard for {} s", each.getPath(), age.toSeconds());
        files.delete(each.getPath(), false);
      } else {
        text(each.getPath()).ifPresent(text -> others.add(new Found(each.getPath(), text, age)));
      }
    }
    return others;
  }

  private Optional<String> text(Path file) throws IOException {
    try {
      return Optional.of(FlinkFolder.whole(files, file).utf8().strip());
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private void write(String state) throws IOException {
    long before = System.nanoTime();
    String process = ManagementFactory.getRuntimeMXBean().getName();
    try (OutputStream out = files.create(mine, FileSystem.WriteMode.OVERWRITE)) {
      Bytes.utf8(state + holder + " (process " + process + ")\n").writeTo(out);
    }
    renewed = before;
  }

  /**
   * What was not renewed in time is given up for good: another may have it. That holds for a
   * renewal too that took so long, which may have put the file back behind the other one.
   */
  private void renew() {
    try {
      long before = renewed;
      if (!files.exists(mine)) {
        lose("another process has removed it");
      } else if (isOver(before)) {
        lose("it was not renewed in time");
      } else if (open.get()) {
        write(HELD);
        if (isOver(before)) {
          lose("to renew it took too long");
        }
      }
    } catch (IOException e) {
      LOG.warn("Cannot renew {} yet: {}", mine, e.toString());
    }
  }

  private static boolean isOver(long renewed) {
    return System.nanoTime() - renewed > LEASE.toNanos() / 4 * 3;
  }

  private void lose(String why) throws IOException {
    renewals.shutdown();
    if (open.getAndSet(false)) {
      LOG.warn("Lost {}: {}", mine, why);
      files.delete(mine, false);
    }
  }

  /** Whether nobody else can have it yet. */
  void requireHeld(String verb) throws IOException {
    long silent = System.nanoTime() - renewed;
    if (!open.get() || isOver(renewed)) {
      throw new IOException(
          "Cannot %s: the claim %s was lost after %d s without a renewal, and another writer may have the store now"
              .formatted(verb, mine, TimeUnit.NANOSECONDS.toSeconds(silent)));
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(20, 200));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot wait for the store: interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    open.set(false);
    renewals.shutdown();
    try {
      // A renewal under way would put the file back.
      if (!renewals.awaitTermination(LEASE.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("Leaving {} to its end: it is being renewed still", mine);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    files.delete(mine, false);
  }
}
