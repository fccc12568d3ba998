package dev.cats.connector.kafka;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A right at the brokers that the client does not have, or has no more. The message is for people
 * and says which, and to whom it is to be granted. Trying again would not help before that, so
 * Flink does not restart a job that failed with it: its last checkpoint is kept.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class KafkaRightsException extends IOException {
  private static final long serialVersionUID = 1L;

  KafkaRightsException(String message, Throwable cause) {
    super(message, cause);
  }

  KafkaRightsException(String message) {
    super(message);
  }
}
