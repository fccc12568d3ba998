package dev.cats.service;

import dev.cats.ray.JavaFunction;
import dev.cats.ray.local.JavaGateway;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;

/** Ray's LOCAL mode for functions in Java, for as long as a command takes. */
public final class JavaStages {
  private JavaStages() {}

  /**
   * Starts a gateway that runs this code and no other, for processes of this machine.
   *
   * @param folder where its log goes, {@code gateway.log}
   */
  public static JavaGateway start(Path folder, JavaFunction function) throws IOException {
    String code = function.document().artifact().orElseThrow().toString();
    try {
      return JavaGateway.start(Root.folder(), folder.resolve("gateway.log"), List.of(code));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Cannot start the gateway of Java stages: interrupted");
    }
  }
}
