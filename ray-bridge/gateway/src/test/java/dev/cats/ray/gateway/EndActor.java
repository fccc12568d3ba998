package dev.cats.ray.gateway;

import io.ray.api.BaseActorHandle;
import io.ray.api.Ray;
import java.util.Optional;

/** A driver of somebody else, that ends an actor for good: {@code ADDRESS NAME}. */
final class EndActor {
  private EndActor() {}

  public static void main(String[] arguments) {
    System.setProperty("ray.address", arguments[0]);
    System.setProperty("ray.job.namespace", "cats");
    Ray.init();
    Optional<BaseActorHandle> actor = Ray.getActor(arguments[1]);
    actor.orElseThrow().kill();
    Ray.shutdown();
  }
}
