package dev.cats.ray.gateway;

import dev.cats.ray.gateway.Actors.Actor;
import dev.cats.ray.gateway.Answer.Gone;
import dev.cats.ray.gateway.Answer.Said;
import dev.cats.ray.gateway.Answer.Silent;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * A place in the pool, which an actor of one name fills.
 *
 * <p>An actor of that name that is there already is gone on with when it is the one that would be
 * made here, at whatever port; otherwise it is ended. One that Ray gave up is made again: at once
 * if it had answered before, else after a pause that doubles, and at another port, since what kept
 * it from starting may be somebody who listens there.
 */
final class Place {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final int DOUBLINGS = 5;
  private static final Duration UNKNOWN_PATIENCE = Duration.ofSeconds(60);

  private final int index;
  private final String name;
  private final WorkerPlan plan;
  private final Actors actors;
  private final IntSupplier ports;
  private final InstantSource clock;
  private final Consumer<String> progress;

  private Optional<Actor> actor = Optional.empty();
  private boolean isOurs;
  private int port;
  private Optional<URI> uri = Optional.empty();
  private String trouble = "it is being made";
  private Optional<String> health = Optional.empty();
  private int failures;
  private Instant notBefore = Instant.MIN;

  Place(
      int index,
      WorkerPlan plan,
      Actors actors,
      IntSupplier ports,
      InstantSource clock,
      Consumer<String> progress) {
    this.index = index;
    this.name = WorkerPlan.name(index);
    this.plan = plan;
    this.actors = actors;
    this.ports = ports;
    this.clock = clock;
    this.progress = progress;
  }

  /** Sees to it that there is an actor, and does not wait for it. */
  void fill() {
    if (actor.isPresent() || clock.instant().isBefore(notBefore)) {
      return;
    }
    try {
      actor = actors.find(name);
      isOurs = actor.isEmpty();
      if (isOurs) {
        port = port == 0 ? ports.getAsInt() : port;
        actor = Optional.of(actors.make(name, plan.worker(index, port)));
        progress.accept("%s is being made, at port %d".formatted(name, port));
      } else {
        notBefore = clock.instant().plus(UNKNOWN_PATIENCE);
      }
    } catch (RuntimeException e) {
      gaveUp("Ray makes no actor: " + e.getMessage());
    }
  }

  /** Asks its actor how it is. */
  void look() {
    if (actor.isEmpty()) {
      return;
    }
    try {
      look(actor.get());
    } catch (RuntimeException e) {
      silent("Ray cannot ask it: " + e.getMessage());
    }
  }

  private void look(Actor asked) {
    Answer where = asked.endpoint();
    Answer how = where instanceof Said ? asked.health() : where;
    if (how instanceof Gone gone) {
      gaveUp(gone.why());
    } else if (how instanceof Silent silent) {
      silent(silent.why());
    } else if (where instanceof Said at && how instanceof Said said) {
      answered(URI.create(at.text()), said.text());
    }
  }

  private void answered(URI at, String said) {
    if (!isOurs) {
      if (!plan.made(index, said)) {
        replace("it was made with other settings or from another source");
        return;
      }
      isOurs = true;
      port = at.getPort();
      progress.accept("%s was there already, and is gone on with".formatted(name));
    }
    if (!trouble.isEmpty() || !uri.equals(Optional.of(at))) {
      progress.accept("%s answers at %s".formatted(name, at));
    } else if (!health.equals(Optional.of(said))) {
      progress.accept("%s was started again by Ray".formatted(name));
    }
    uri = Optional.of(at);
    health = Optional.of(said);
    trouble = "";
    failures = 0;
  }

  private void silent(String why) {
    if (!isOurs && !clock.instant().isBefore(notBefore)) {
      replace(why);
    } else if (trouble.isEmpty()) {
      progress.accept("%s does not answer: %s".formatted(name, why));
    }
    trouble = why;
  }

  private void gaveUp(String why) {
    actor = Optional.empty();
    Duration pause = uri.isPresent() ? Duration.ZERO : pause();
    port = uri.isPresent() ? port : 0;
    uri = Optional.empty();
    health = Optional.empty();
    trouble = why;
    failures++;
    notBefore = clock.instant().plus(pause);
    progress.accept(
        "%s is gone, and is made again in %d s: %s".formatted(name, pause.toSeconds(), why));
  }

  private Duration pause() {
    return FIRST_PAUSE.multipliedBy(1L << Math.min(failures, DOUBLINGS));
  }

  private void replace(String why) {
    progress.accept("%s was there already, and is ended: %s".formatted(name, why));
    actor.ifPresent(Actor::end);
    actor = Optional.empty();
    notBefore = Instant.MIN;
  }

  /** Ends its actor for good. */
  void empty() {
    try {
      actor.or(() -> actors.find(name)).ifPresent(Actor::end);
      progress.accept("%s is ended".formatted(name));
    } catch (RuntimeException e) {
      progress.accept("Cannot end %s: %s".formatted(name, e.getMessage()));
    }
  }

  Worker worker() {
    return new Worker(name, uri, trouble, health, failures);
  }
}
