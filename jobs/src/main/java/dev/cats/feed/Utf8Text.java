package dev.cats.feed;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Bytes of a file that are text, or are refused. */
final class Utf8Text {
  private Utf8Text() {}

  static String of(byte[] bytes) throws Malformed {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(left).toString();
    } catch (CharacterCodingException e) {
      throw new Malformed(
          "byte %d of it is not UTF-8 (0x%02x)"
              .formatted(left.position() + 1, bytes[left.position()]));
    }
  }
}
