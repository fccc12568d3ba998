package dev.cats.connector.ipfs;

import dev.cats.content.Cid;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The IPNS name that follows HEAD of a mirror, on a thread of its own: an online node looks for
 * others that keep a record, for minutes if it finds few, and segments go up meanwhile.
 *
 * <p>Of several places that HEAD went to while one was being published, the last comes next. What
 * fails is tried again for as long as this thread runs.
 */
final class MirrorName implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(MirrorName.class);

  /** For which others may take a published record for good; the node itself renews it. */
  private static final Duration LIFETIME = Duration.ofHours(48);

  private final KuboClient node;
  private final String key;
  private final String mirror;
  private final Runnable changed;
  private final Trouble<String> trouble;
  private Optional<Cid> head = Optional.empty();
  private Optional<Cid> published = Optional.empty();

  /**
   * @param key of the node, made if it is not there
   * @param mirror in words, for messages
   * @param changed is told when the name leads somewhere else
   */
  MirrorName(KuboClient node, String key, String mirror, Runnable changed) {
    this.node = node;
    this.key = key;
    this.mirror = mirror;
    this.changed = changed;
    this.trouble = new Trouble<>(node.describe());
  }

  /** HEAD is here now. */
  synchronized void follow(Cid to) {
    head = Optional.of(to);
    notifyAll();
  }

  /** Whether the name leads to where HEAD is. */
  synchronized boolean isThere() {
    return published.equals(head);
  }

  /** For how long it has failed. */
  long nanos() {
    return trouble.nanos();
  }

  /** What is to be done, and what keeps it. */
  synchronized String behind() {
    return "the name under key %s does not lead to %s yet%s"
        .formatted(key, head.map(Cid::toString).orElse("HEAD"), trouble.reason());
  }

  @Override
  public void run() {
    try {
      while (true) {
        attempt(next());
      }
    } catch (InterruptedException e) {
      LOG.debug("{} ends", Thread.currentThread().getName(), e);
    }
  }

  private synchronized Cid next() throws InterruptedException {
    while (isThere()) {
      wait();
    }
    return head.orElseThrow();
  }

  private void attempt(Cid to) throws InterruptedException {
    try {
      publish(to);
      if (trouble.over(failed -> true)) {
        LOG.info("The name of {} follows again, to {}", mirror, to);
      }
      changed.run();
    } catch (InterruptedIOException e) {
      LOG.debug("{} was interrupted", Thread.currentThread().getName(), e);
      throw new InterruptedException();
    } catch (IOException | RuntimeException | Error e) {
      if (trouble.with(key, e)) {
        LOG.warn("{}\nSegments go to {} meanwhile, and the name follows", e.getMessage(), mirror);
      }
      LOG.debug("Cannot publish HEAD of {}", mirror, e);
      TimeUnit.MILLISECONDS.sleep(trouble.pause().toMillis());
    }
  }

  private void publish(Cid to) throws IOException {
    boolean first = isFirst();
    if (first && !node.keys().containsKey(key)) {
      node.newKey(key);
    }
    String name = node.publish(key, to, LIFETIME);
    if (first) {
      LOG.info("HEAD of {} is published as ipns://{}", mirror, name);
    }
    published(to);
  }

  private synchronized boolean isFirst() {
    return published.isEmpty();
  }

  private synchronized void published(Cid to) {
    published = Optional.of(to);
  }
}
