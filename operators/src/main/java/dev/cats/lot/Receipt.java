package dev.cats.lot;

/**
 * What a lot operator tells the egress: that it made a BOM, or that it sealed the segment that its
 * BOMs up to here are in.
 *
 * @param bom the BOM's CID as text; empty for a segment
 * @param segment the sealed segment's name; empty for a BOM
 * @param rejected how many rejected records the BOM's lot holds
 */
public record Receipt(String bom, String segment, long rejected) {
  static Receipt ofBom(String bom, long rejected) {
    return new Receipt(bom, "", rejected);
  }

  static Receipt ofSegment(String name) {
    return new Receipt("", name, 0);
  }
}
