package dev.cats.lot;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.util.ArrayList;
import java.util.List;

/**
 * What a lot operator tells the egress when it has sealed a segment: its name and the BOMs in it,
 * so that a BOM is never committed without the segment it lies in.
 *
 * @param digests the SHA-256 digests of the BOMs' CIDs, 32 bytes each, in the order they were made
 * @param rejected how many rejected records the lots of these BOMs hold
 */
@SuppressWarnings("ArrayRecordComponent") // travels by Flink's POJO serializer, is never compared
public record Receipt(String segment, byte[] digests, long rejected) {
  private static final int DIGEST = 32;

  static Receipt of(String segment, List<Cid> boms, long rejected) {
    byte[] digests = new byte[DIGEST * boms.size()];
    for (int i = 0; i < boms.size(); i++) {
      System.arraycopy(boms.get(i).digest().toArray(), 0, digests, DIGEST * i, DIGEST);
    }
    return new Receipt(segment, digests, rejected);
  }

  public List<Cid> boms() {
    List<Cid> boms = new ArrayList<>(digests.length / DIGEST);
    for (int at = 0; at < digests.length; at += DIGEST) {
      boms.add(Cid.ofDigest(Cid.DAG_CBOR, Bytes.copyOf(digests, at, DIGEST)));
    }
    return boms;
  }
}
