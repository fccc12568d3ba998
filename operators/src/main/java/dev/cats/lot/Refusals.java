package dev.cats.lot;

import dev.cats.event.Position;
import dev.cats.event.Rejected;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.avro.SchemaNormalization;

/**
 * Makes the records of what was refused.
 *
 * <p>Each holds what the step that refused it was handed, in a form that can be mended and sent
 * again: what a source could not read as the bytes that came, text as its UTF-8, anything else in
 * Avro's single-object encoding, which names its schema. So a refused {@code DataInitiativeEvent}
 * is what a Kafka topic of events takes, and byte by byte what came, if it came in that encoding
 * and of our schema.
 */
final class Refusals {
  /** How much of a record that is too large for a lot is kept with its rejection. */
  private static final int KEPT_OF_TOO_LARGE = 4096;

  /** A rejected record of up to this many bytes is kept whole; it has to fit in a lot itself. */
  private static final int MAX_REJECTED = LotOptions.MAX_BLOCK - 128 * 1024;

  /** A reason is a sentence; one that quotes a whole record is cut to this many characters. */
  private static final int MAX_REASON = 16 * 1024;

  /** What begins a single object: two bytes and the fingerprint of its schema. */
  private static final int SINGLE_OBJECT_HEADER = 10;

  private final Map<Class<?>, Form> forms = new HashMap<>();

  private record Form(Codec<Object> codec, byte[] header) {
    @SuppressWarnings("unchecked")
    static Form of(Class<?> type) {
      Codec<Object> codec = (Codec<Object>) Codec.of(type);
      return new Form(
          codec,
          ByteBuffer.allocate(SINGLE_OBJECT_HEADER)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put((byte) 0xc3)
              .put((byte) 1)
              .putLong(SchemaNormalization.parsingFingerprint64(codec.schema()))
              .array());
    }

    byte[] encode(Object value) {
      byte[] body = codec.encode(value);
      byte[] all = Arrays.copyOf(header, header.length + body.length);
      System.arraycopy(body, 0, all, header.length, body.length);
      return all;
    }
  }

  /** Text as its UTF-8, anything else in Avro's single-object encoding. */
  byte[] bytesOf(Object value, Class<?> type) {
    return value instanceof String text
        ? text.getBytes(StandardCharsets.UTF_8)
        : forms.computeIfAbsent(type, Form::of).encode(value);
  }

  /**
   * @param position that the record goes back to in the outside world, if that is known
   */
  Rejected of(String step, String rule, String reason, byte[] value, @Nullable Position position) {
    String why = cut(reason);
    byte[] kept = value;
    if (value.length > MAX_REJECTED) {
      why += " (the first " + KEPT_OF_TOO_LARGE + " of " + value.length + " bytes are kept here)";
      kept = Arrays.copyOf(value, KEPT_OF_TOO_LARGE);
    }
    Rejected rejected = new Rejected(step, rule, why, ByteBuffer.wrap(kept), null, null, null);
    if (position instanceof Position.KafkaRecord at) {
      rejected.setTopic(at.topic());
      rejected.setPartition(at.partition());
      rejected.setOffset(at.offset());
    }
    return rejected;
  }

  /**
   * @param length of the record in a lot, bytes
   */
  Rejected tooLarge(String step, int length, byte[] value, @Nullable Position position) {
    byte[] kept = Arrays.copyOf(value, Math.min(value.length, KEPT_OF_TOO_LARGE));
    String reason =
        "Cannot put a record of "
            + length
            + " bytes into a lot: a block holds at most "
            + LotOptions.MAX_BLOCK
            + "; store it on its own and pass it by CID (the first "
            + kept.length
            + " bytes are kept here)";
    return of(step, "too-large", reason, kept, position);
  }

  private static String cut(String reason) {
    if (reason.length() <= MAX_REASON) {
      return reason;
    }
    int end =
        Character.isHighSurrogate(reason.charAt(MAX_REASON - 1)) ? MAX_REASON - 1 : MAX_REASON;
    return reason.substring(0, end) + "…";
  }
}
