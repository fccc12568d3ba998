package dev.cats.connector.ipfs;

import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.CarIndex;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Mirror;
import dev.cats.content.MirrorSettings;
import dev.cats.content.MirrorSettings.Pins;
import dev.cats.content.UnmirroredException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kubo node that follows a folder of segments: each goes up by one {@code dag/import} once it is
 * committed in the folder, several at the same time, from the file that it is in.
 *
 * <p><b>In the node</b> everything lies as {@link KuboBlockStore} has it, so {@code
 * kubo://HOST:PORT/NAME} is a store that can be read. A segment is written down there after all of
 * its blocks were counted and, by {@link Pins#DIRECT}, pinned. HEAD moves after everything that the
 * folder had committed by then is written down, and its name ({@link MirrorName}) follows it: there
 * is no moment at which either leads to something that is not there.
 *
 * <p><b>What the node does not have</b> is seen from its own list of segments, at the start and
 * after anything went wrong, and never remembered: a node that comes back with less gets it again.
 *
 * <p><b>A node that is away</b>, refuses, hangs or is full is asked again with pauses that grow to
 * {@value Trouble#LONGEST_SECONDS} seconds. The log says once what keeps it, for each reason, and
 * once that all of what had failed got through.
 */
final class KuboMirror implements Mirror {
  private static final Logger LOG = LoggerFactory.getLogger(KuboMirror.class);
  private static final long CLOSE_SECONDS = 20;

  private final Folder folder;
  private final KuboBlockStore node;
  private final MirrorSettings settings;
  private final MirrorQueue queue;
  private final Trouble<MirrorQueue.Task> trouble;
  private final Optional<MirrorName> name;
  private final List<Thread> threads = new ArrayList<>();
  private volatile BlockStore.Lock claim;

  /** Held while a place for HEAD is read here and noted, so that places are noted in order. */
  private final Object order = new Object();

  /** Whether blocks were missing of what the node says is there: then each is asked for. */
  private volatile boolean doubtful;

  private boolean pinsSeen;

  /** What is there, but not pinned yet. */
  private final Set<String> unpinned = ConcurrentHashMap.newKeySet();

  /** Where HEAD was before, as long as that is pinned still. */
  private final Set<Cid> outdated = new HashSet<>();

  /**
   * @param folder of the store that is followed
   * @param node whose staging folder is the same, so that its lock is taken over by whoever writes
   *     to the store next
   */
  KuboMirror(Folder folder, KuboBlockStore node, MirrorSettings settings) {
    this.folder = folder;
    this.node = node;
    this.settings = settings;
    this.queue = new MirrorQueue(settings.inFlight());
    this.trouble = new Trouble<>(node.node().describe());
    this.name =
        settings.key().map(key -> new MirrorName(node.node(), key, describe(), queue::awaken));
  }

  @Override
  public String describe() {
    return node.describe();
  }

  /** One thread more than segments in flight, so that HEAD need not wait for one of them. */
  @Override
  public synchronized void follow() {
    if (!threads.isEmpty()) {
      return;
    }
    for (int i = 0; i <= settings.inFlight(); i++) {
      start(this::work, "cats-mirror-" + i);
    }
    name.ifPresent(each -> start(each, "cats-mirror-name"));
  }

  private void start(Runnable work, String called) {
    Thread thread = new Thread(work, called);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  @Override
  public void committed(String segment) {
    queue.add(segment, size(segment));
  }

  @Override
  public void moved(Cid head) {
    synchronized (order) {
      queue.add(head);
    }
  }

  /** As the index says; one that cannot be read is told of when the segment is sent. */
  private long size(String segment) {
    byte[] size = new byte[Long.BYTES];
    try {
      String index = CarFolderBlockStore.visible(segment) + ".idx";
      return folder.read(index, CarIndex.SIZE_OFFSET, size) < size.length
          ? 0
          : Math.max(0, ByteBuffer.wrap(size).getLong());
    } catch (IOException e) {
      LOG.debug("No size of segment {}", segment, e);
      return 0;
    }
  }

  private void work() {
    try {
      for (Optional<MirrorQueue.Task> task = queue.take(); task.isPresent(); task = queue.take()) {
        attempt(task.get());
      }
    } catch (InterruptedException e) {
      LOG.debug("{} ends", Thread.currentThread().getName(), e);
    }
  }

  private void attempt(MirrorQueue.Task task) {
    try {
      if (task instanceof MirrorQueue.Send send) {
        send(send.segment());
        queue.sent(send);
        through(failed -> failed.equals(send) || failed instanceof MirrorQueue.Look);
      } else if (task instanceof MirrorQueue.Move move) {
        move(move);
        queue.moved(move);
        through(failed -> !(failed instanceof MirrorQueue.Send));
      } else {
        look();
      }
    } catch (IOException | RuntimeException | Error e) {
      // Nobody else would give the task back, and who waits for the end would wait for ever.
      if (e instanceof KuboException answer && answer.isMissing()) {
        doubtful = true;
      }
      if (!queue.isClosed()) {
        failed(task, e);
      }
    }
  }

  private void failed(MirrorQueue.Task task, Throwable e) {
    if (trouble.with(task, e)) {
      LOG.warn(
          "{}\n{} goes on without it, up to {}",
          e.getMessage(),
          folder.describe(),
          bytes(settings.limit()));
    }
    LOG.debug("{} failed, to {}", task, describe(), e);
    queue.failed(task, trouble.pause().toNanos());
  }

  private void through(Predicate<MirrorQueue.Task> what) {
    if (trouble.over(what)) {
      LOG.info("{} takes segments again; {} not there yet", describe(), shown(backlog()));
    }
  }

  private void look() throws IOException {
    if (claim == null) {
      claim = node.claim("mirror of " + folder.describe());
    }
    Set<String> there = new HashSet<>(node.noted().keySet());
    Optional<Cid> theirs = node.head();
    // In this order: what HEAD here needs is among the segments that are listed after it.
    Optional<Cid> ours;
    try (BlockStore here = new CarFolderBlockStore(folder)) {
      synchronized (order) {
        ours = here.head();
        ours.ifPresent(queue::add);
      }
      if (theirs.isPresent() && !theirs.equals(ours)) {
        requireAncestor(theirs.get(), ours, here);
      }
    }
    List<String> segments = segments();
    there.retainAll(segments);
    if (doubtful) {
      Set<String> lost = new HashSet<>(there);
      lost.removeIf(this::isWhole);
      there.removeAll(lost);
      unpinned.removeAll(lost); // they are sent again, and pinned by that
      doubtful = false;
    }
    if (settings.pins() == Pins.DIRECT && !pinsSeen) {
      Set<String> pinned = new HashSet<>();
      node.node().pins(KuboClient.Pin.RECURSIVE, (cid, name) -> pinned.add(name));
      unpinned.addAll(there);
      unpinned.removeIf(segment -> pinned.contains(node.pinName(segment)));
      pinsSeen = true;
    }
    there.removeAll(unpinned);
    for (String segment : segments) {
      if (!there.contains(segment)) {
        queue.add(segment, size(segment));
      }
    }
    if (name.isPresent() && theirs.isPresent()) {
      name.get().follow(theirs.get());
    }
    queue.looked(there, theirs);
    trouble.gone(
        failed -> failed instanceof MirrorQueue.Send send && there.contains(send.segment()));
    if (queue.isDone()) {
      through(failed -> true);
    }
  }

  /** Whether the node has every block of a segment that it says is there. */
  private boolean isWhole(String name) {
    try {
      for (CarIndex.Entry entry : CarSegment.open(folder, name).index().entries()) {
        if (!node.has(entry.cid())) {
          return false;
        }
      }
      return true;
    } catch (DecodeException e) {
      return false; // sending it says what is wrong
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is committed, oldest first as far as names tell. */
  private List<String> segments() throws IOException {
    Set<String> files = folder.list(CarFolderBlockStore.SEGMENTS);
    return files.stream()
        .filter(file -> file.endsWith(".idx"))
        .map(file -> file.substring(0, file.length() - ".idx".length()))
        .filter(name -> files.contains(name + ".car"))
        .sorted()
        .toList();
  }

  /** A node that has another chain under this name is left alone. */
  private void requireAncestor(Cid theirs, Optional<Cid> ours, BlockStore here) throws IOException {
    Optional<Cid> at = ours;
    while (at.isPresent() && !at.get().equals(theirs)) {
      Optional<Block> block = here.get(at.get());
      try {
        at =
            block.isPresent() && Document.of(block.get()) instanceof Manifest manifest
                ? manifest.previous()
                : Optional.empty();
      } catch (DecodeException e) {
        throw new IOException(
            "Cannot read manifest %s of %s: %s"
                .formatted(at.get(), here.describe(), e.getMessage()),
            e);
      }
    }
    if (at.isEmpty()) {
      throw new IOException(
          "Cannot mirror %s to %s: HEAD there is %s, which the chain here does not hold\nGive the mirror a name of its own: kubo://HOST:PORT/NAME"
              .formatted(here.describe(), describe(), theirs));
    }
  }

  private void send(String name) throws IOException {
    String what = "mirror segment " + name;
    CarSegment segment;
    try {
      segment = CarSegment.open(folder, name);
    } catch (DecodeException e) {
      throw new IOException(
          "Cannot %s of %s: its index is damaged: %s"
              .formatted(what, folder.describe(), e.getMessage()),
          e);
    }
    if (!unpinned.contains(name)) {
      node.send(name, segment.index(), segment::open, what);
    }
    if (settings.pins() == Pins.DIRECT) {
      List<Block> list = KeepList.of(segment.index());
      for (Block block : list) {
        node.node().putBlock(block);
      }
      node.node().pin(KeepList.root(list), KuboClient.Pin.RECURSIVE, node.pinName(name));
    }
    node.note(name, segment.index(), what);
    unpinned.remove(name);
  }

  private void move(MirrorQueue.Move move) throws IOException {
    boolean recursive = settings.pins() == Pins.RECURSIVE;
    if (recursive) {
      node.node().pin(move.to(), KuboClient.Pin.RECURSIVE, node.pinName("head"));
    }
    if (!move.from().equals(Optional.of(move.to()))) {
      node.moveHead(move.from(), move.to());
      if (recursive) {
        move.from().ifPresent(outdated::add);
      }
    }
    name.ifPresent(each -> each.follow(move.to()));
    for (Cid before : List.copyOf(outdated)) {
      node.node().unpin(before, KuboClient.Pin.RECURSIVE);
      outdated.remove(before);
    }
    LOG.debug("{} is at {}", describe(), move.to());
  }

  @Override
  public Backlog backlog() {
    return queue.backlog();
  }

  @Override
  public void awaitRoom() throws IOException {
    if (queue.backlog().bytes() <= settings.limit()) {
      return;
    }
    LOG.warn(
        "Waiting for {}: {} not there yet, and {} may be",
        describe(),
        shown(queue.backlog()),
        bytes(settings.limit()));
    while (queue.backlog().bytes() > settings.limit() && !queue.isClosed()) {
      await(TimeUnit.SECONDS.toNanos(Trouble.LONGEST_SECONDS));
    }
    LOG.info("Going on: of {}, {} not there yet", describe(), shown(queue.backlog()));
  }

  @Override
  public void drain() throws IOException {
    while (!isDone()) {
      long troubled = isNameLeft() ? name.orElseThrow().nanos() : trouble.nanos();
      long patience = settings.atEnd().toNanos() - troubled;
      if (queue.isClosed() || (troubled > 0 && patience <= 0)) {
        throw new UnmirroredException(
            "Cannot bring all of %s to %s: %s".formatted(folder.describe(), describe(), left()));
      }
      long longest = TimeUnit.SECONDS.toNanos(Trouble.LONGEST_SECONDS);
      await(troubled > 0 ? Math.min(patience, longest) : longest);
    }
  }

  private boolean isDone() {
    return queue.isDone() && name.map(MirrorName::isThere).orElse(true);
  }

  /** Whether the name alone is behind. */
  private boolean isNameLeft() {
    return name.isPresent() && queue.isDone();
  }

  private String left() {
    return isNameLeft()
        ? "%s\nEverything else is there. The next run publishes it, and so does ./cats publish --name %s."
            .formatted(name.get().behind(), settings.name())
        : "%s not there yet%s\nNothing is lost: it is committed here. When the node takes it, ./cats publish brings it there."
            .formatted(shown(queue.backlog()), trouble.reason());
  }

  private void await(long nanos) throws InterruptedIOException {
    try {
      queue.awaitChange(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException thrown =
          new InterruptedIOException("Cannot wait for %s: interrupted".formatted(describe()));
      thrown.initCause(e);
      throw thrown;
    }
  }

  private static String shown(Backlog backlog) {
    return String.format(
        Locale.ROOT,
        "%d segment%s with %s and %d manifest%s are",
        backlog.segments(),
        backlog.segments() == 1 ? "" : "s",
        bytes(backlog.bytes()),
        backlog.manifests(),
        backlog.manifests() == 1 ? "" : "s");
  }

  private static String bytes(long bytes) {
    return String.format(Locale.ROOT, "%,d bytes", bytes);
  }

  /**
   * What is on its way then is sent again by the next one. The claim of a node that cannot be asked
   * stays, and the next writer of this store takes it over.
   */
  @Override
  public synchronized void close() throws IOException {
    queue.close();
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (claim != null && trouble.nanos() == 0) {
      claim.close();
    }
    node.close();
  }
}
