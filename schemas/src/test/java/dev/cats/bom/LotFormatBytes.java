package dev.cats.bom;

import dev.cats.content.Bytes;
import java.nio.charset.StandardCharsets;

/** Lots that {@link LotFormat} itself would not write. */
final class LotFormatBytes {
  private LotFormatBytes() {}

  /** A lot of one record, with a header for a text that need not be a schema. */
  static Bytes lot(String schema, Bytes data) {
    byte[] text = schema.getBytes(StandardCharsets.UTF_8);
    byte[] sync = LotFormat.sync(text);
    return concat(
        Bytes.wrap(LotFormat.header(text, sync)),
        Bytes.of((byte) 2),
        varint(data.size()),
        data,
        Bytes.wrap(sync));
  }

  static Bytes concat(Bytes... parts) {
    StringBuilder hex = new StringBuilder();
    for (Bytes part : parts) {
      hex.append(part.hex());
    }
    return Bytes.fromHex(hex.toString());
  }

  private static Bytes varint(int value) {
    StringBuilder hex = new StringBuilder();
    long rest = 2L * value;
    for (; rest > 0x7f; rest >>>= 7) {
      hex.append("%02x".formatted(rest & 0x7f | 0x80));
    }
    return Bytes.fromHex(hex + "%02x".formatted(rest));
  }
}
