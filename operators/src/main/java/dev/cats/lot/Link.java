package dev.cats.lot;

/**
 * What a lot operator tells the lineage state, by key: a new BOM, under its own CID, or that a BOM
 * was consumed, under the consumed one's.
 *
 * @param bom the CID, as text, that the fact is about
 * @param document the BOM's bytes; empty where the fact is a consumer
 * @param consumer the CID of the BOM that consumed it, as text; empty where the fact is a BOM
 */
@SuppressWarnings("ArrayRecordComponent") // travels by Flink's POJO serializer, is never compared
public record Link(String bom, byte[] document, String consumer) {
  private static final byte[] NONE = new byte[0];

  static Link made(String bom, byte[] document) {
    return new Link(bom, document, "");
  }

  static Link consumed(String bom, String consumer) {
    return new Link(bom, NONE, consumer);
  }
}
