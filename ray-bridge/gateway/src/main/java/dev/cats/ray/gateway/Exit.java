package dev.cats.ray.gateway;

import com.sun.jna.Function;
import java.util.Map;

/**
 * How a JVM that Ray is in ends with the exit code that it wants to.
 *
 * <p>{@link Runtime#halt} runs the destructors of Ray's library, which abort while another thread
 * is in it (exit code 134, and an {@code hs_err} file); the system's own {@code _exit} runs
 * nothing.
 */
final class Exit {
  private Exit() {}

  static void now(int code) {
    System.out.flush();
    System.err.flush();
    try {
      Function.getFunction("c", "_exit").invoke(Void.class, new Object[] {code}, Map.of());
    } catch (LinkageError e) {
      Runtime.getRuntime().halt(code);
    }
  }
}
