package dev.cats.ray.stage;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that started this one. It ends this one itself, unless it is killed: then the system
 * gives this one another parent, which is looked for.
 */
final class Owner {
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final int ORPHANED = 3;

  private Owner() {}

  static void endWith(long pid) {
    Thread watch = new Thread(() -> watch(pid), "owner");
    watch.setDaemon(true);
    watch.start();
  }

  private static void watch(long pid) {
    while (ProcessHandle.current().parent().filter(one -> one.pid() == pid).isPresent()) {
      LockSupport.parkNanos(LOOK.toNanos());
    }
    Exit.now(ORPHANED);
  }
}
