package dev.cats.content;

/** Base58btc, the text form of bytes that identifiers of keys are written in. */
public final class Base58 {
  private Base58() {}

  public static String encode(Bytes bytes) {
    return Multibase.base58(bytes);
  }

  public static Bytes decode(String text) throws DecodeException {
    return Multibase.fromBase58(text, 0);
  }
}
