package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.CorruptBlockException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of several stores: asked, unless it was away a moment ago. How it does is said in the log
 * when it changes, and not at every block.
 */
final class Layer {
  private static final Logger LOG = LoggerFactory.getLogger(Layer.class);
  private static final long FIRST_PAUSE = Duration.ofSeconds(2).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(60).toNanos();

  private final BlockStore store;
  private boolean lied;
  private IOException away;
  private long pause;
  private long awayUntil;

  Layer(BlockStore store) {
    this.store = store;
  }

  BlockStore store() {
    return store;
  }

  /** Why a layer could not answer. */
  record Failure(Layer layer, IOException cause) {}

  @FunctionalInterface
  interface Question<T> {
    T put(BlockStore store) throws IOException;
  }

  /** Asks the store: an answer, or nothing and one more failure. */
  <T> Optional<T> ask(Question<T> question, List<Failure> failures) throws IOException {
    Optional<IOException> before = stillAway();
    if (before.isPresent()) {
      failures.add(new Failure(this, before.get()));
      return Optional.empty();
    }
    try {
      T answer = question.put(store);
      isBack();
      return Optional.of(answer);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (CorruptBlockException e) {
      isBack();
      lies(e);
      failures.add(new Failure(this, e));
    } catch (IOException e) {
      isAway(e);
      failures.add(new Failure(this, e));
    }
    return Optional.empty();
  }

  private synchronized Optional<IOException> stillAway() {
    return away != null && System.nanoTime() - awayUntil < 0 ? Optional.of(away) : Optional.empty();
  }

  private synchronized void isBack() {
    if (away != null) {
      LOG.info("{} answers again", store.describe());
      away = null;
    }
  }

  private synchronized void isAway(IOException e) {
    if (away == null) {
      LOG.warn("Doing without {}: {}", store.describe(), e.getMessage());
      pause = FIRST_PAUSE;
    } else {
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
    away = e;
    awayUntil = System.nanoTime() + pause;
  }

  private synchronized void lies(CorruptBlockException e) {
    if (lied) {
      LOG.debug("Again, {} gives wrong bytes: {}", store.describe(), e.getMessage());
    } else {
      LOG.warn("{} gives wrong bytes, which are not used: {}", store.describe(), e.getMessage());
      lied = true;
    }
  }
}
