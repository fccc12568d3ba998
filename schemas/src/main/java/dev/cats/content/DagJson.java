package dev.cats.content;

/**
 * Nodes as text for people and programs: DAG-JSON, which is JSON with links as {@code
 * {"/":"bafy…"}} and bytes as {@code {"/":{"bytes":"base64"}}}, map keys sorted by their UTF-8
 * bytes. It is written only; documents are dag-cbor.
 */
public final class DagJson {
  private DagJson() {}

  /**
   * The canonical form, without spaces.
   *
   * @throws IllegalArgumentException for a map that DAG-JSON cannot tell from a link or bytes: one
   *     whose only key is {@code "/"}, with a text or a map under it
   */
  public static String encode(Node node) {
    return DagJsonWriter.compact(node);
  }

  /**
   * The same, indented: a line for each map entry and list item, numbers side by side.
   *
   * @throws IllegalArgumentException as {@link #encode} does
   */
  public static String pretty(Node node) {
    return DagJsonWriter.pretty(node);
  }
}
