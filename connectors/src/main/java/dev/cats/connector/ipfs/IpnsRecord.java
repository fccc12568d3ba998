package dev.cats.connector.ipfs;

import dev.cats.bom.NodeKey;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Where a name leads, as the owner of its key signed it; so it does not matter who hands it on.
 *
 * <p>A record is a protobuf message (IPNS Record and Protocol, https://specs.ipfs.tech/ipns/):
 *
 * <pre>
 * data (9)         dag-cbor, what is signed: Value, Validity, ValidityType, Sequence, TTL
 * signatureV2 (8)  Ed25519, over "ipns-signature:" and data
 * value (1), validityType (3), validity (4), sequence (5), ttl (6)   copies for old readers
 * signatureV1 (2), pubKey (7)   not looked at: the key is in the name
 * </pre>
 *
 * <p>Only what is signed is used, and copies that say something else are refused. What a signature
 * cannot tell is whether there is a newer record: who hands on an old one may do so until its time
 * is over.
 *
 * @param sequence grows with each record of a name
 * @param until when it is over
 */
public record IpnsRecord(IpnsName name, Cid value, BigInteger sequence, Instant until) {
  /** What the specification lets a record have at most. */
  static final int MAX_SIZE = 10 << 10;

  private static final Bytes SIGNED_PREFIX = Bytes.utf8("ipns-signature:");
  private static final String PATH = "/ipfs/";
  private static final int SIGNATURE_SIZE = 64;

  /**
   * Reads a record of a name.
   *
   * @param now the time at which it has to be good
   */
  static IpnsRecord verified(IpnsName name, Bytes bytes, Instant now) throws IpnsException {
    IpnsRecord record;
    try {
      record = signed(name, bytes);
    } catch (DecodeException e) {
      throw new IpnsException(
          IpnsException.Why.WRONG,
          name,
          e.getMessage(),
          "Ask somebody else for it: --via kubo://HOST:PORT or gateway+https://HOST");
    }
    if (!now.isBefore(record.until)) {
      throw new IpnsException(
          IpnsException.Why.EXPIRED,
          name,
          "its record %s ended at %s and led to %s"
              .formatted(record.sequence, record.until, record.value),
          "Its owner has to publish it again: ./cats publish --name KEY. By the CID alone it can be asked for still.");
    }
    return record;
  }

  private static IpnsRecord signed(IpnsName name, Bytes bytes) throws DecodeException {
    if (bytes.size() > MAX_SIZE) {
      throw new DecodeException(
          "expected at most %d bytes, found %d".formatted(MAX_SIZE, bytes.size()));
    }
    Protobuf message = Protobuf.decode(bytes);
    Bytes data = message.bytes(9).orElse(Bytes.EMPTY);
    Bytes signature = message.bytes(8).orElse(Bytes.EMPTY);
    if (data.isEmpty() || signature.size() != SIGNATURE_SIZE) {
      throw new DecodeException(
          "expected data and a signature of 64 bytes (version 2), found %d and %d bytes"
              .formatted(data.size(), signature.size()));
    }
    if (!NodeKey.verify(name.did(), IpnsName.concat(SIGNED_PREFIX, data), signature)) {
      throw new DecodeException(
          "expected a signature by the key in the name, found one that is not");
    }
    if (!(DagCbor.decode(data) instanceof Node.Map map)) {
      throw new DecodeException("expected a map that is signed, found something else");
    }
    Map<String, Node> fields = map.entries();
    Bytes value = binary(fields, "Value");
    Bytes validity = binary(fields, "Validity");
    BigInteger sequence = number(fields, "Sequence");
    if (number(fields, "ValidityType").signum() != 0) {
      throw new DecodeException(
          "expected ValidityType 0 (an end), found " + fields.get("ValidityType"));
    }
    same("value", message.bytes(1), value);
    same("validity", message.bytes(4), validity);
    same("validityType", message.number(3), BigInteger.ZERO);
    same("sequence", message.number(5), sequence);
    if (fields.containsKey("TTL")) {
      same("ttl", message.number(6), number(fields, "TTL"));
    }
    return new IpnsRecord(name, target(value), sequence, end(validity));
  }

  private static <T> void same(String field, Optional<T> copy, T signed) throws DecodeException {
    if (copy.isPresent() && !copy.get().equals(signed)) {
      throw new DecodeException(
          "expected the signed %s, %s, also where old readers look, found %s"
              .formatted(field, shown(signed), shown(copy.get())));
    }
  }

  private static String shown(Object value) {
    return value instanceof Bytes bytes ? text(bytes) : value.toString();
  }

  private static String text(Bytes bytes) {
    String text =
        new String(bytes.toArray(), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "\uFFFD");
    return text.length() > 120 ? text.substring(0, 120) + "…" : text;
  }

  private static Cid target(Bytes value) throws DecodeException {
    String path = text(value);
    if (!path.startsWith(PATH)) {
      throw new DecodeException("expected it to lead to /ipfs/CID, found " + path);
    }
    return Cid.parse(path.substring(PATH.length()));
  }

  private static Instant end(Bytes validity) throws DecodeException {
    try {
      return Instant.parse(text(validity));
    } catch (DateTimeException e) {
      throw new DecodeException("expected a time as its end, found " + text(validity), e);
    }
  }

  private static Bytes binary(Map<String, Node> fields, String name) throws DecodeException {
    if (fields.get(name) instanceof Node.Binary binary) {
      return binary.value();
    }
    throw new DecodeException("expected bytes as %s, found %s".formatted(name, fields.get(name)));
  }

  private static BigInteger number(Map<String, Node> fields, String name) throws DecodeException {
    if (fields.get(name) instanceof Node.Int number && number.value() >= 0) {
      return BigInteger.valueOf(number.value());
    }
    if (fields.get(name) instanceof Node.BigInt number && number.value().signum() > 0) {
      return number.value();
    }
    throw new DecodeException(
        "expected a number as %s, found %s".formatted(name, fields.get(name)));
  }
}
