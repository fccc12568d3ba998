package dev.cats.lot;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A stage function that failed on its records, or that may not run. It would do so again, so Flink
 * does not restart the job; its last checkpoint is kept.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class StageFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  StageFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
