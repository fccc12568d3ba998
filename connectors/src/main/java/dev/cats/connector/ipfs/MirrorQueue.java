package dev.cats.connector.ipfs;

import dev.cats.content.Cid;
import dev.cats.content.Mirror.Backlog;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What a mirror has to do next, for the threads that do it. It holds names and sizes, and does no
 * I/O.
 *
 * <p>Segments are numbered as they come. HEAD may go to a manifest when all segments that came
 * before it are stored; of several that it may go to, it goes to the newest:
 *
 * <pre>
 * committed   s1  s2  m1→HEAD  s3  s4  m2→HEAD  s5
 * stored      s1  s2           s3      s5           HEAD may go to m1
 * and then                         s4               HEAD may go to m2
 * </pre>
 *
 * <p>At the start, and after anything failed, one thread alone looks what the other side has
 * ({@link Look}), and everything else follows from that.
 */
final class MirrorQueue {
  /** Something to do. Whoever took it says how that went. */
  sealed interface Task permits Look, Send, Move {}

  /** See what the other side has, while nothing else is done. */
  record Look() implements Task {}

  /** Bring a segment there. */
  record Send(String segment) implements Task {}

  /**
   * Move HEAD.
   *
   * @param from where it was seen last
   */
  record Move(Optional<Cid> from, Cid to) implements Task {}

  private record Segment(String name, long bytes) {}

  /** {@code behind} is the number of the first segment that it does not need. */
  private record Target(long behind, Cid head) {}

  private final int inFlight;
  private final TreeMap<Long, Segment> left = new TreeMap<>();
  private final Map<String, Long> numbers = new HashMap<>();
  private final Set<Long> taken = new HashSet<>();
  private final Deque<Target> targets = new ArrayDeque<>();
  private long next;
  private long bytes;
  private boolean looked;
  private boolean looking;
  private boolean moving;
  private boolean closed;
  private long pausedUntil = System.nanoTime();
  private Optional<Cid> head = Optional.empty();

  /**
   * @param inFlight how many segments are sent at the same time
   */
  MirrorQueue(int inFlight) {
    this.inFlight = inFlight;
  }

  /** A segment to send, unless it is to be sent already. */
  synchronized void add(String name, long size) {
    if (numbers.putIfAbsent(name, next) == null) {
      left.put(next++, new Segment(name, size));
      bytes += size;
      notifyAll();
    }
  }

  /** HEAD is to go here once everything that was added before is stored. */
  synchronized void add(Cid target) {
    boolean known = targets.stream().anyMatch(each -> each.head().equals(target));
    if (!known) {
      targets.add(new Target(next, target));
      notifyAll();
    }
  }

  /** Waits for something to do; empty when there will be nothing any more. */
  synchronized Optional<Task> take() throws InterruptedException {
    while (!closed) {
      long pause = pausedUntil - System.nanoTime();
      if (pause > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, pause);
        continue;
      }
      Optional<Task> task = next();
      if (task.isPresent()) {
        return task;
      }
      wait();
    }
    return Optional.empty();
  }

  private Optional<Task> next() {
    if (looking) {
      return Optional.empty();
    }
    if (!looked) {
      looking = taken.isEmpty() && !moving;
      return looking ? Optional.of(new Look()) : Optional.empty();
    }
    Optional<Cid> ready = moving ? Optional.empty() : ready();
    if (ready.isPresent()) {
      moving = true;
      return Optional.of(new Move(head, ready.get()));
    }
    if (taken.size() < inFlight) {
      for (Map.Entry<Long, Segment> each : left.entrySet()) {
        if (taken.add(each.getKey())) {
          return Optional.of(new Send(each.getValue().name()));
        }
      }
    }
    return Optional.empty();
  }

  /** The newest target for which everything is stored. */
  private Optional<Cid> ready() {
    long stored = left.isEmpty() ? Long.MAX_VALUE : left.firstKey();
    Optional<Cid> ready = Optional.empty();
    for (Target target : targets) {
      if (target.behind() <= stored) {
        ready = Optional.of(target.head());
      }
    }
    return ready;
  }

  /**
   * What a look found: everything that is to be sent was added before.
   *
   * @param there names of segments that need not be sent
   * @param at where HEAD is there; the targets up to it are reached
   */
  synchronized void looked(Collection<String> there, Optional<Cid> at) {
    there.forEach(this::remove);
    at.ifPresent(this::reached);
    // What was found missing only now may be older than they are.
    List<Target> later = targets.stream().map(each -> new Target(next, each.head())).toList();
    targets.clear();
    targets.addAll(later);
    head = at;
    looking = false;
    looked = true;
    notifyAll();
  }

  synchronized void sent(Send task) {
    taken.remove(Objects.requireNonNull(numbers.get(task.segment())));
    remove(task.segment());
    notifyAll();
  }

  synchronized void moved(Move task) {
    moving = false;
    head = Optional.of(task.to());
    reached(task.to());
    notifyAll();
  }

  private void remove(String name) {
    Long number = numbers.remove(name);
    if (number != null) {
      bytes -= left.remove(number).bytes();
    }
  }

  private void reached(Cid at) {
    if (targets.stream().anyMatch(each -> each.head().equals(at))) {
      while (!targets.remove().head().equals(at)) {}
    }
  }

  /** Gives a task back; nothing is done for a while, and then a look comes first. */
  synchronized void failed(Task task, long pauseNanos) {
    if (task instanceof Send send) {
      taken.remove(Objects.requireNonNull(numbers.get(send.segment())));
    } else if (task instanceof Move) {
      moving = false;
    } else {
      looking = false;
    }
    looked = false;
    pausedUntil = System.nanoTime() + pauseNanos;
    notifyAll();
  }

  synchronized Backlog backlog() {
    return new Backlog(left.size(), bytes, targets.size());
  }

  /** Whether everything is stored and HEAD is where it should be. */
  synchronized boolean isDone() {
    return looked && !moving && left.isEmpty() && targets.isEmpty();
  }

  /** Waits until something changed, but no longer than this; returns at once when closed. */
  synchronized void awaitChange(long nanos) throws InterruptedException {
    if (!closed) {
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, nanos));
    }
  }

  /** Has whoever waits for a change look again. */
  synchronized void awaken() {
    notifyAll();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
