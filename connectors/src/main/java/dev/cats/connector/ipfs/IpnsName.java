package dev.cats.connector.ipfs;

import dev.cats.content.Base58;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * A name of IPNS: the Ed25519 key that its records are signed with, so that whoever has the name
 * has what is needed to check them.
 *
 * <p>As text it is a CID with the codec libp2p-key that holds the key in place of a hash ({@code
 * k51…}, {@code bafz…}), or the peer id of that key ({@code 12D3Koo…}). A name that is only the
 * hash of a key (RSA), and a name of DNS, are refused: nobody could check their records with them.
 */
public record IpnsName(Bytes key) {
  public static final String SCHEME = "ipns://";

  /** Identity multihash of 36 bytes; protobuf: type Ed25519, 32 bytes of key. */
  private static final Bytes MULTIHASH = Bytes.fromHex("002408011220");

  private static final Bytes LIBP2P_KEY = Bytes.fromHex("0172");
  private static final Bytes ED25519_PUB = Bytes.fromHex("ed01");
  private static final int KEY_SIZE = 32;
  private static final int BASE36 = 36;

  public IpnsName {
    if (key.size() != KEY_SIZE) {
      throw new IllegalArgumentException(
          "Invalid IPNS name: expected a key of 32 bytes, found " + key.size());
    }
  }

  /** Reads {@code ipns://NAME}, {@code /ipns/NAME} or the name alone. */
  public static IpnsName of(String text) throws DecodeException {
    String name = text.replaceFirst("^(ipns://|/ipns/)", "").replaceFirst("/$", "");
    try {
      Bytes bytes = binary(name);
      Bytes prefix = bytes.slice(0, Math.min(bytes.size(), MULTIHASH.size()));
      if (!prefix.equals(MULTIHASH) || bytes.size() != MULTIHASH.size() + KEY_SIZE) {
        throw new DecodeException("expected an Ed25519 key in it, found something else");
      }
      return new IpnsName(bytes.slice(MULTIHASH.size(), bytes.size()));
    } catch (DecodeException e) {
      throw new DecodeException(
          "Invalid IPNS name \"%s\": %s; such as k51qzi5uqu5d…, which ./cats publish --name prints"
              .formatted(name.length() > 80 ? name.substring(0, 80) + "…" : name, e.getMessage()),
          e);
    }
  }

  /** The multihash in a name. */
  private static Bytes binary(String name) throws DecodeException {
    if (name.contains(".")) {
      throw new DecodeException("expected a key, found a name of DNS, whose answers prove nothing");
    }
    if (name.matches("k[1-9a-z][0-9a-z]{10,80}")) {
      byte[] bytes = new BigInteger(name.substring(1), BASE36).toByteArray();
      Bytes cid = Bytes.wrap(bytes);
      return multihash(cid.at(0) == 0 ? cid.slice(1, cid.size()) : cid);
    }
    if (name.startsWith("12D3Koo")) {
      return Base58.decode(name);
    }
    return multihash(Cid.parse(name).bytes());
  }

  private static Bytes multihash(Bytes cid) throws DecodeException {
    if (cid.size() < 2 || !cid.slice(0, 2).equals(LIBP2P_KEY)) {
      throw new DecodeException("expected a CID of codec libp2p-key (0x72), found another");
    }
    return cid.slice(2, cid.size());
  }

  /** The key as a {@code did:key}. */
  String did() {
    return "did:key:z" + Base58.encode(concat(ED25519_PUB, key));
  }

  /** The canonical text, without a scheme: {@code k51…}. */
  @Override
  public String toString() {
    Bytes cid = concat(LIBP2P_KEY, concat(MULTIHASH, key));
    return "k" + new BigInteger(1, cid.toArray()).toString(BASE36);
  }

  static Bytes concat(Bytes a, Bytes b) {
    ByteBuffer both = ByteBuffer.allocate(a.size() + b.size());
    both.put(a.asByteBuffer()).put(b.asByteBuffer());
    return Bytes.wrap(both.array());
  }
}
