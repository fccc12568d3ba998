package dev.cats.ray.gateway;

import dev.cats.ray.gateway.Answer.Gone;
import dev.cats.ray.gateway.Answer.Said;
import dev.cats.ray.gateway.Answer.Silent;
import io.ray.api.BaseActorHandle;
import io.ray.api.ObjectRef;
import io.ray.api.PyActorHandle;
import io.ray.api.Ray;
import io.ray.api.exception.RayException;
import io.ray.api.exception.RayTimeoutException;
import io.ray.api.function.PyActorClass;
import io.ray.api.function.PyActorMethod;
import io.ray.api.options.ActorCreationOptions;
import io.ray.api.options.ActorLifetime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Actors of a Ray cluster, as a driver of it sees them.
 *
 * <p>They are detached: they outlive this JVM, so that its end does not end the streams that
 * TaskManagers have with them. Ray starts the process of an actor again when it ended, without
 * limit; it gives an actor up when it cannot be made, or when somebody ended it by its name.
 */
final class RayActors implements Actors {
  private static final PyActorClass WORKER = PyActorClass.of("cats_ray.worker", "StageWorker");
  private final Duration patience;

  /**
   * @param patience how long one question may take
   */
  RayActors(Duration patience) {
    this.patience = patience;
  }

  @Override
  public Optional<Actor> find(String name) {
    Optional<PyActorHandle> found = Ray.getActor(name);
    return found.map(handle -> new RayActor(name, handle));
  }

  @Override
  public Actor make(String name, WorkerConfig config) {
    PyActorHandle handle =
        Ray.actor(WORKER, config.json())
            .setName(name)
            .setLifetime(ActorLifetime.DETACHED)
            .setMaxRestarts(ActorCreationOptions.INFINITE_RESTART)
            .remote();
    return new RayActor(name, handle);
  }

  private final class RayActor implements Actor {
    private final String name;
    private final PyActorHandle handle;
    private final Map<String, ObjectRef<String>> asked = new HashMap<>();

    RayActor(String name, PyActorHandle handle) {
      this.name = name;
      this.handle = handle;
    }

    @Override
    public Answer endpoint() {
      return ask("endpoint");
    }

    @Override
    public Answer health() {
      return ask("health");
    }

    @Override
    public void end() {
      handle.kill();
    }

    /** Only methods that a worker has: for one that it has not, Ray ends its process. */
    private Answer ask(String method) {
      ObjectRef<String> answer =
          asked.computeIfAbsent(
              method, m -> handle.task(PyActorMethod.of(m, String.class)).remote());
      try {
        String text = answer.get(patience.toMillis());
        asked.remove(method);
        return new Said(text);
      } catch (RayTimeoutException e) {
        return new Silent("no answer within " + patience.toSeconds() + " s");
      } catch (RayException e) {
        asked.remove(method);
        return isKnown() ? new Silent("its process ended") : new Gone(reason(e));
      }
    }

    /** Ray forgets the name of an actor that it gives up, and of no other. */
    private boolean isKnown() {
      Optional<BaseActorHandle> found = Ray.getActor(name);
      return found.map(BaseActorHandle::getId).filter(handle.getId()::equals).isPresent();
    }

    /** The last line of Python's traceback, where the error is; all of it is in Ray's logs. */
    private static String reason(RayException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      List<String> lines = String.valueOf(cause.getMessage()).lines().toList();
      return lines.stream().filter(line -> !line.isBlank()).reduce("", (first, next) -> next);
    }
  }
}
