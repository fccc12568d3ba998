package dev.cats.ray.gateway;

import java.util.Optional;

/** Where actors are made and found by their names. Used by one thread. */
interface Actors {

  /** The actor of this name, unless there is none or Ray has given it up. */
  Optional<Actor> find(String name);

  /** Has an actor of this name made, and does not wait until it is there. */
  Actor make(String name, WorkerConfig config);

  /** One actor. It does not fail: what went wrong is an answer. */
  interface Actor {

    /** Where its Flight server is: {@code grpc://127.0.0.1:12345}. */
    Answer endpoint();

    /** JSON: its Python, packages, process, name, and the digest of what it was made with. */
    Answer health();

    /** Ends it for good. */
    void end();
  }
}
