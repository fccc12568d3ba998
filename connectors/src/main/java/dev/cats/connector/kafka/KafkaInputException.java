package dev.cats.connector.kafka;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A topic that cannot be read as it is: not there, made anew, or without the records that are next.
 * The message is for people and says what to do. Reading it again would not help, so Flink does not
 * restart a job that failed with it.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class KafkaInputException extends IOException {
  private static final long serialVersionUID = 1L;

  KafkaInputException(String message, Throwable cause) {
    super(message, cause);
  }

  KafkaInputException(String message) {
    super(message);
  }
}
