package dev.cats.connector.ipfs;

import dev.cats.content.Bytes;
import dev.cats.content.DecodeException;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A message of protobuf, by the numbers of its fields, each of which may be there once. Of the wire
 * types only those are read that records of IPNS are made of: varints and bytes.
 */
record Protobuf(Map<Integer, Object> fields) {
  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int MAX_VARINT = 10;
  private static final int MAX_FIELD = 1 << 12;

  static Protobuf decode(Bytes message) throws DecodeException {
    Map<Integer, Object> fields = new HashMap<>();
    int[] at = {0};
    while (at[0] < message.size()) {
      int start = at[0];
      int tag = small(message, at, MAX_FIELD << 3);
      Object value =
          switch (tag & 7) {
            case VARINT -> varint(message, at);
            case BYTES -> bytes(message, at);
            default ->
                throw new DecodeException(
                    "expected a number or bytes at byte %d, found wire type %d"
                        .formatted(start, tag & 7));
          };
      if (fields.put(tag >>> 3, value) != null) {
        throw new DecodeException(
            "expected field %d once, found it again at byte %d".formatted(tag >>> 3, start));
      }
    }
    return new Protobuf(Map.copyOf(fields));
  }

  Optional<Bytes> bytes(int field) throws DecodeException {
    Object value = fields.get(field);
    if (value instanceof BigInteger) {
      throw new DecodeException("expected bytes in field %d, found a number".formatted(field));
    }
    return Optional.ofNullable((Bytes) value);
  }

  Optional<BigInteger> number(int field) throws DecodeException {
    Object value = fields.get(field);
    if (value instanceof Bytes) {
      throw new DecodeException("expected a number in field %d, found bytes".formatted(field));
    }
    return Optional.ofNullable((BigInteger) value);
  }

  private static Bytes bytes(Bytes message, int[] at) throws DecodeException {
    int length = small(message, at, message.size());
    if (length > message.size() - at[0]) {
      throw new DecodeException(
          "expected %d bytes at byte %d, found the end after %d"
              .formatted(length, at[0], message.size() - at[0]));
    }
    at[0] += length;
    return message.slice(at[0] - length, at[0]);
  }

  private static int small(Bytes message, int[] at, int limit) throws DecodeException {
    int start = at[0];
    BigInteger number = varint(message, at);
    if (number.compareTo(BigInteger.valueOf(limit)) > 0) {
      throw new DecodeException(
          "expected a number of at most %d at byte %d, found %s".formatted(limit, start, number));
    }
    return number.intValue();
  }

  private static BigInteger varint(Bytes message, int[] at) throws DecodeException {
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < MAX_VARINT && at[0] < message.size(); i++) {
      byte next = message.at(at[0]++);
      value = value.or(BigInteger.valueOf(next & 0x7f).shiftLeft(7 * i));
      if (next >= 0) {
        return value;
      }
    }
    throw new DecodeException("expected a number to end before byte %d".formatted(at[0]));
  }
}
