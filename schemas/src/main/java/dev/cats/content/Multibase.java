package dev.cats.content;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The three text forms of bytes that CIDs come in: base32 (RFC 4648, lower case, no padding),
 * base58btc and base16.
 */
final class Multibase {
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
  private static final String BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

  /** Reading base58 takes time quadratic in its length; no CID comes near this many characters. */
  private static final int BASE58_LIMIT = 1024;

  private static final char[] BASE32_DIGITS = BASE32.toCharArray();
  private static final byte[] BASE32_VALUES = values(BASE32);
  private static final byte[] BASE58_VALUES = values(BASE58);

  private Multibase() {}

  static String base32(char prefix, Bytes bytes) {
    char[] text = new char[1 + (bytes.size() * 8 + 4) / 5];
    text[0] = prefix;
    int at = 1;
    int bits = 0;
    int held = 0;
    for (int i = 0; i < bytes.size(); i++) {
      held = (held << 8) | (bytes.at(i) & 0xff);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text[at++] = BASE32_DIGITS[held >>> bits & 31];
      }
    }
    if (bits > 0) {
      text[at] = BASE32_DIGITS[held << (5 - bits) & 31];
    }
    return new String(text);
  }

  /**
   * Reads lower-case base32 from an index on; bits that are left over must be zero and fewer than
   * five.
   */
  static Bytes fromBase32(String text, int from) throws DecodeException {
    int length = text.length() - from;
    byte[] bytes = new byte[(int) (length * 5L / 8)];
    int at = 0;
    int bits = 0;
    int held = 0;
    for (int i = from; i < text.length(); i++) {
      held = (held << 5) | digit(text, i, BASE32_VALUES, "base32 (a-z, 2-7)");
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes[at++] = (byte) (held >>> bits);
      }
    }
    if (bits >= 5 || (held & ((1 << bits) - 1)) != 0) {
      throw new DecodeException(
          "expected base32 that ends with a whole byte, found bits left over; is it cut off?");
    }
    return Bytes.wrap(bytes);
  }

  static String base58(Bytes bytes) {
    int zeros = 0;
    while (zeros < bytes.size() && bytes.at(zeros) == 0) {
      zeros++;
    }
    byte[] digits = new byte[bytes.size() * 138 / 100 + 1];
    int used = 0;
    for (int i = zeros; i < bytes.size(); i++) {
      int carry = bytes.at(i) & 0xff;
      int k = 0;
      for (; k < used || carry != 0; k++) {
        carry += digits[k] << 8;
        digits[k] = (byte) (carry % 58);
        carry /= 58;
      }
      used = k;
    }
    StringBuilder text = new StringBuilder("1".repeat(zeros));
    for (int k = used - 1; k >= 0; k--) {
      text.append(BASE58.charAt(digits[k]));
    }
    return text.toString();
  }

  static Bytes fromBase58(String text, int from) throws DecodeException {
    if (text.length() - from > BASE58_LIMIT) {
      throw new DecodeException(
          "expected at most %d characters of base58btc, found %d"
              .formatted(BASE58_LIMIT, text.length() - from));
    }
    int zeros = 0;
    while (from + zeros < text.length() && text.charAt(from + zeros) == '1') {
      zeros++;
    }
    byte[] reversed = new byte[text.length() - from];
    int used = 0;
    for (int i = from + zeros; i < text.length(); i++) {
      int carry = digit(text, i, BASE58_VALUES, "base58btc (no 0, O, I, l)");
      int k = 0;
      for (; k < used || carry != 0; k++) {
        carry += (reversed[k] & 0xff) * 58;
        reversed[k] = (byte) carry;
        carry >>>= 8;
      }
      used = k;
    }
    byte[] bytes = new byte[zeros + used];
    for (int k = 0; k < used; k++) {
      bytes[bytes.length - 1 - k] = reversed[k];
    }
    return Bytes.wrap(bytes);
  }

  static Bytes fromBase16(String text, int from) throws DecodeException {
    for (int i = from; i < text.length(); i++) {
      if (!HexFormat.isHexDigit(text.charAt(i))) {
        throw unexpected(text, i, "base16 (0-9, a-f)");
      }
    }
    if ((text.length() - from) % 2 != 0) {
      throw new DecodeException("expected an even number of base16 digits, found an odd one");
    }
    return Bytes.fromHex(text.substring(from));
  }

  private static int digit(String text, int index, byte[] values, String alphabet)
      throws DecodeException {
    char c = text.charAt(index);
    int value = c < values.length ? values[c] : -1;
    if (value < 0) {
      throw unexpected(text, index, alphabet);
    }
    return value;
  }

  private static DecodeException unexpected(String text, int index, String alphabet) {
    int point = text.codePointAt(index);
    String found =
        Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE
            ? "U+%04X".formatted(point)
            : "'" + Character.toString(point) + "'";
    return new DecodeException(
        "expected %s, found %s at position %d".formatted(alphabet, found, index));
  }

  private static byte[] values(String alphabet) {
    byte[] values = new byte[128];
    Arrays.fill(values, (byte) -1);
    for (int i = 0; i < alphabet.length(); i++) {
      values[alphabet.charAt(i)] = (byte) i;
    }
    return values;
  }
}
