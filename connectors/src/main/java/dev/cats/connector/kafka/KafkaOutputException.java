package dev.cats.connector.kafka;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * Records that were written to a topic and will never be seen there. The message is for people and
 * says what to do. Writing would not bring them back, so Flink does not restart a job that failed
 * with it.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class KafkaOutputException extends IOException {
  private static final long serialVersionUID = 1L;

  KafkaOutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
