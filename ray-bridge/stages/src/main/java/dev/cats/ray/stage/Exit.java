package dev.cats.ray.stage;

/** The end of this process, at once: shutdown hooks might wait for what does not end. */
final class Exit {
  private Exit() {}

  static void now(int code) {
    System.out.flush();
    System.err.flush();
    Runtime.getRuntime().halt(code);
  }
}
