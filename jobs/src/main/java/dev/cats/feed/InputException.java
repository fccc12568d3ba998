package dev.cats.feed;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * An input that cannot be read as it is: not there, empty, broken, or no longer what it was. The
 * message is for people and says what to do. Reading it again would not help, so Flink does not
 * restart a job that failed with it.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class InputException extends IOException {
  private static final long serialVersionUID = 1L;

  InputException(String message) {
    super(message);
  }
}
