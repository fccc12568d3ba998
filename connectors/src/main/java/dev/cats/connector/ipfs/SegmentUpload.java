package dev.cats.connector.ipfs;

import dev.cats.content.CarIndex;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DecodeException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The committed segments of a folder, copied as they are into a node's store: an import per
 * segment, several at a time, each with a few buffers in memory.
 *
 * <p><b>Nothing is sent twice that the node has counted.</b> A segment that the node's store lists
 * with the same counts is there, if the node still holds its blocks: some of them are asked for, or
 * all, so that what the node's garbage collection took is sent again. Where an upload was broken
 * off between the node's count and the note of it, the node has all of the blocks, which is found
 * out block by block, and only the note is written.
 *
 * <p>Every block is read and hashed before the first byte of its segment is sent: a damaged segment
 * stays here.
 */
public final class SegmentUpload {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentUpload.class);
  private static final long END_SECONDS = 60;
  private static final long LOOK_MILLIS = 500;

  /** Blocks of a listed segment that are asked for, where not all are. */
  private static final int PROBES = 8;

  private final CarFolderBlockStore from;
  private final KuboBlockStore to;
  private final boolean thorough;
  private final Progress progress;
  private final AtomicLong moved = new AtomicLong();

  private SegmentUpload(
      CarFolderBlockStore from, KuboBlockStore to, boolean thorough, Progress progress) {
    this.from = from;
    this.to = to;
    this.thorough = thorough;
    this.progress = progress;
  }

  /** Told often how far an upload is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * @param segments that are done, of {@code all}
     * @param bytes that went over the network so far
     */
    void at(long segments, long all, long bytes);
  }

  /**
   * What an upload did.
   *
   * @param sent segments that were imported, with {@code blocks} and {@code bytes} in them
   * @param there segments that the node had already
   */
  public record Report(long sent, long there, long blocks, long bytes) {}

  /** One segment: what it holds, or nothing of it where the node had it. */
  private record Done(boolean sent, long blocks, long bytes) {}

  /**
   * Uploads all segments of the folder that the node's store, which the caller has locked, does not
   * have.
   *
   * @param inFlight how many imports at a time
   * @throws CorruptBlockException if a block is damaged; nothing of its segment was sent
   */
  public static Report run(
      CarFolderBlockStore from, KuboBlockStore to, int inFlight, Progress progress)
      throws IOException {
    return new SegmentUpload(from, to, false, progress).all(inFlight);
  }

  /** The same, which asks for every block of what is listed: for a node that has lost some. */
  public static Report thorough(
      CarFolderBlockStore from, KuboBlockStore to, int inFlight, Progress progress)
      throws IOException {
    return new SegmentUpload(from, to, true, progress).all(inFlight);
  }

  private Report all(int inFlight) throws IOException {
    List<String> segments = from.segments();
    Map<String, String> noted = to.noted();
    ExecutorService pool = Executors.newFixedThreadPool(inFlight);
    try {
      CompletionService<Done> work = new ExecutorCompletionService<>(pool);
      int next = 0;
      int done = 0;
      long sent = 0;
      long blocks = 0;
      long bytes = 0;
      while (done < segments.size()) {
        while (next < segments.size() && next - done < inFlight) {
          String segment = segments.get(next++);
          work.submit(() -> one(segment, noted.get(segment)));
        }
        Optional<Done> one = await(work);
        if (one.isPresent()) {
          done++;
          sent += one.get().sent() ? 1 : 0;
          blocks += one.get().blocks();
          bytes += one.get().bytes();
        }
        progress.at(done, segments.size(), moved.get());
      }
      return new Report(sent, segments.size() - sent, blocks, bytes);
    } finally {
      end(pool);
    }
  }

  private Done one(String name, String noted) throws IOException {
    String what = "publish segment " + name;
    CarSegment segment = from.readable(name);
    if (noted != null) {
      String counted = KuboBlockStore.counted(segment.index(), what);
      if (!noted.equals(counted)) {
        throw new IOException(
            "Cannot %s: %s has another one of this name, of %s instead of %s\nGive this store another NAME there."
                .formatted(what, to.describe(), noted, counted));
      }
    }
    List<CarIndex.Entry> entries = entries(segment, what);
    int step = noted == null || thorough ? 1 : Math.max(1, entries.size() / PROBES);
    if (has(entries, step)) {
      if (noted == null) {
        to.note(name, segment.index(), what);
      }
      return new Done(false, 0, 0);
    }
    List<CorruptBlockException> problems = new ArrayList<>();
    segment.inspect(problems);
    if (!problems.isEmpty()) {
      throw problems.get(0);
    }
    to.put(name, segment.index(), () -> new Counted(segment.open()), what);
    return new Done(true, entries.size(), entries.stream().mapToLong(CarIndex.Entry::length).sum());
  }

  /** Whether the node has every so-manyth of the blocks. */
  private boolean has(List<CarIndex.Entry> entries, int step) throws IOException {
    for (int i = 0; i < entries.size(); i += step) {
      if (!to.has(entries.get(i).cid())) {
        return false;
      }
    }
    return true;
  }

  private static List<CarIndex.Entry> entries(CarSegment segment, String what) throws IOException {
    try {
      return segment.index().entries();
    } catch (DecodeException e) {
      throw new IOException("Cannot " + what + ": " + e.getMessage(), e);
    }
  }

  /** The next segment that is done, or nothing within the time after which one wants to know. */
  private static Optional<Done> await(CompletionService<Done> work) throws IOException {
    try {
      Future<Done> next = work.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      return next == null ? Optional.empty() : Optional.of(next.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("Cannot publish a segment", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot go on publishing: interrupted", e);
    }
  }

  /** After a failure the imports that are under way are broken off, and gone when this returns. */
  private static void end(ExecutorService pool) {
    pool.shutdownNow();
    try {
      if (!pool.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Imports did not end within {} s; they go on by themselves", END_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Counts what was taken out of it, for the one who waits. */
  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      moved.addAndGet(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      moved.addAndGet(Math.max(0, read));
      return read;
    }
  }
}
