package dev.cats.ray.gateway;

import dev.cats.ray.gateway.Answer.Gone;
import dev.cats.ray.gateway.Answer.Said;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A cluster whose actors answer at once, until a test has them do otherwise. */
final class FakeActors implements Actors {
  final Map<String, FakeActor> actors = new HashMap<>();

  /** What the actors that are made answer instead; as a cluster that cannot make any. */
  Optional<Answer> instead = Optional.empty();

  @Override
  public Optional<Actor> find(String name) {
    return Optional.ofNullable(actors.get(name));
  }

  @Override
  public Actor make(String name, WorkerConfig config) {
    if (actors.containsKey(name)) {
      throw new IllegalArgumentException("Actor of name " + name + " exists");
    }
    FakeActor actor = new FakeActor(name, config);
    actor.instead = instead;
    if (!(instead.orElse(null) instanceof Gone)) {
      actors.put(name, actor);
    }
    return actor;
  }

  final class FakeActor implements Actor {
    private final String name;
    private final WorkerConfig config;
    Optional<Answer> instead = Optional.empty();

    FakeActor(String name, WorkerConfig config) {
      this.name = name;
      this.config = config;
    }

    int port() {
      return config.port();
    }

    @Override
    public Answer endpoint() {
      return instead.orElse(new Said("grpc://" + config.host() + ":" + config.port()));
    }

    @Override
    public Answer health() {
      return instead.orElse(new Said("{\"actor\":" + Json.text(config.name()) + "}"));
    }

    @Override
    public void end() {
      actors.remove(name, this);
      instead = Optional.of(new Gone("it was ended"));
    }
  }
}
