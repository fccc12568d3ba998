package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * A piece of lists that do not fit in the document that links to it: of a BOM's inputs, or of a
 * manifest's BOMs, which only {@code boms} are used for. What the lists mean, and whether they are
 * complete, is known where they are put together ({@link Inputs#whole}, {@link Manifest#allBoms}).
 */
public final class Page extends Written implements Document {
  public static final String KIND = "cats/page/1";
  static final List<String> FIELDS = List.of("boms", "runs", "origins");

  /** How many BOMs go on one page of a manifest: 410,000 bytes. */
  private static final int BOMS = 10_000;

  private final List<Cid> boms;
  private final Runs runs;
  private final List<Origin> origins;

  public Page(List<Cid> boms, List<Run> runs, List<Origin> origins) {
    this.boms = Check.documents("page boms", boms);
    this.runs = Runs.copyOf(runs);
    this.origins = List.copyOf(origins);
    if (boms.isEmpty() && runs.isEmpty() && origins.isEmpty()) {
      throw Check.invalid("page", "boms, runs or origins", "none of them");
    }
  }

  /**
   * The pages for a manifest's BOMs: none when they fit in the manifest, otherwise as many as hold
   * all of them.
   */
  public static List<Page> ofBoms(List<Cid> boms) {
    List<Page> pages = new ArrayList<>();
    if (boms.size() > BOMS) {
      for (int from = 0; from < boms.size(); from += BOMS) {
        List<Cid> part = boms.subList(from, Math.min(from + BOMS, boms.size()));
        pages.add(new Page(part, List.of(), List.of()));
      }
    }
    return pages;
  }

  public List<Cid> boms() {
    return boms;
  }

  public List<Run> runs() {
    return runs;
  }

  public List<Origin> origins() {
    return origins;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  Node body() {
    return Node.map()
        .put("boms", Lists.links(boms))
        .put("runs", runs.toNode())
        .put("origins", Lists.origins(origins))
        .build();
  }

  static Page of(Node body) throws DecodeException {
    Fields fields = Fields.of(KIND, body, FIELDS);
    return new Page(
        fields.links("boms"),
        Runs.wrap(fields.path("runs"), fields.integers("runs", 0)),
        Lists.origins(fields, "origins"));
  }
}
