package dev.cats.ray.local;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Nodes of a Ray cluster that a gateway can work on: started for it, or there already. */
interface Nodes extends AutoCloseable {
  /** Where the head is: {@code HOST:PORT}. */
  String address();

  /** What a driver needs in its environment to be let in. */
  Map<String, String> environment();

  boolean isRunning();

  /** Done when one of them has ended, as far as that can be seen. */
  CompletableFuture<?> onEnd();

  @Override
  void close();
}
