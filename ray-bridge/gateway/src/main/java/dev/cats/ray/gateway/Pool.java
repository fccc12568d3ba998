package dev.cats.ray.gateway;

import dev.cats.ray.gateway.Actors.Actor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * The workers that there are to be, and those that there are.
 *
 * <p>One thread brings the ones nearer to the others, round by round ({@link #tend}), and it alone
 * talks to Ray; others say how many there are to be and read what was seen last.
 */
final class Pool {
  /** More than anybody has; a slip of the finger is to be refused. */
  static final int LIMIT = 1000;

  // A pool that was larger may have had a gap where one was gone.
  private static final int GAP = 8;

  private final Actors actors;
  private final WorkerPlan plan;
  private final IntSupplier ports;
  private final InstantSource clock;
  private final Consumer<String> progress;
  private final List<Place> places = new ArrayList<>();
  private boolean lookedForOthers;

  private int size;
  private List<Worker> workers = List.of();

  Pool(
      Actors actors,
      WorkerPlan plan,
      int size,
      IntSupplier ports,
      InstantSource clock,
      Consumer<String> progress) {
    this.actors = actors;
    this.plan = plan;
    this.ports = ports;
    this.clock = clock;
    this.progress = progress;
    resize(size);
  }

  /** Says how many workers there are to be from the next round on. */
  synchronized void resize(int workersToBe) {
    if (workersToBe < 0 || workersToBe > LIMIT) {
      throw new IllegalArgumentException(
          "Invalid size of the pool: expected 0 to %d, found %d".formatted(LIMIT, workersToBe));
    }
    size = workersToBe;
    notifyAll();
  }

  synchronized int size() {
    return size;
  }

  synchronized List<Worker> workers() {
    return workers;
  }

  /** Whether there are as many workers as there are to be, and all of them answer. */
  synchronized boolean isSettled() {
    return workers.size() == size && workers.stream().allMatch(Worker::isUp);
  }

  /** Waits until {@link #isSettled}, and says whether it came to be in time. */
  synchronized boolean awaitSettled(Duration patience) throws InterruptedException {
    return await(patience, this::isSettled);
  }

  /** Waits for the next round to be due: after this time, or when the size is another. */
  synchronized void awaitRound(Duration pause) throws InterruptedException {
    boolean unused = await(pause, () -> workers.size() != size);
  }

  private synchronized boolean await(Duration patience, BooleanSupplier condition)
      throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  /** One round: too many are ended, what is missing is made, and each is asked how it is. */
  void tend() {
    int wanted = size();
    while (places.size() > wanted) {
      places.remove(places.size() - 1).empty();
    }
    if (!lookedForOthers) {
      endOthers(wanted);
      lookedForOthers = true;
    }
    while (places.size() < wanted) {
      places.add(new Place(places.size(), plan, actors, ports, clock, progress));
    }
    places.forEach(Place::fill);
    places.forEach(Place::look);
    seen(places.stream().map(Place::worker).toList());
  }

  private void endOthers(int wanted) {
    int absent = 0;
    for (int index = wanted; absent < GAP; index++) {
      Optional<Actor> other = actors.find(WorkerPlan.name(index));
      other.ifPresent(Actor::end);
      if (other.isPresent()) {
        progress.accept("%s of an earlier pool is ended".formatted(WorkerPlan.name(index)));
      }
      absent = other.isPresent() ? 0 : absent + 1;
    }
  }

  private synchronized void seen(List<Worker> now) {
    workers = now;
    notifyAll();
  }
}
