package dev.cats.service;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A server that can run beside the jobs: what there is to know of it to start it and to ask it. All
 * else, files, processes and waiting their turn, is the same for every service and done by {@link
 * Services}.
 *
 * <p>To add one, write a class beside {@link KafkaService} and name it in {@link Services#ALL}.
 */
public interface Service {
  /** One lower-case word: its name on the command line, and of its folder. */
  String name();

  /** Where it listens unless it is told otherwise; none, if any free port will do. */
  OptionalInt defaultPort();

  /** Where clients begin, in the form in which other commands take it. */
  String address(int port);

  /** What it has to say, once it was started on this folder. */
  Path log(Path folder);

  /** What brings the things that services are made of. */
  enum Tool {
    MAVEN,
    GO,
    PYTHON
  }

  /** What it takes to {@link #fetch} it. */
  Tool tool();

  /** Whether everything that it is made of is here. */
  boolean isFetched();

  /** Fetches what it is made of, and says how that goes. */
  void fetch(Consumer<String> progress) throws IOException, InterruptedException;

  /**
   * Starts it on a folder, which is there and may hold the data of an earlier start. The process
   * has to outlive this one.
   */
  Process start(Path folder, int port) throws IOException, InterruptedException;

  /**
   * Waits until it answers.
   *
   * @throws IOException with its last words, if its process ends instead or takes too long
   */
  void awaitAnswer(ProcessHandle process, Path folder, int port)
      throws IOException, InterruptedException;

  /**
   * Asks it something, for a few seconds at most.
   *
   * @return what answered, in a few words
   * @throws IOException if nothing did
   */
  String ask(String address) throws IOException, InterruptedException;

  /** Ends what its process started, if that was killed and could not do so itself. */
  default void endLeftovers(Path folder) throws IOException, InterruptedException {}
}
