package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import java.util.ArrayList;
import java.util.List;

/** Splits inputs into pages of a bounded size, by upper bounds of what each entry takes. */
final class Pager {
  /** A link: tag 42, a byte string's head, 0x00 and the 36 bytes of a CIDv1 of sha2-256. */
  private static final int LINK = 41;

  private static final int RUN = 5 + 9 + 9;

  private final int budget;
  private final List<Page> pages = new ArrayList<>();
  private List<Cid> boms = new ArrayList<>();
  private List<Run> runs = new ArrayList<>();
  private List<Origin> origins = new ArrayList<>();
  private int used;

  Pager(int budget) {
    this.budget = budget;
  }

  /** Whether so many BOMs and runs need no page, for sure. */
  static boolean holds(int budget, int boms, int runs) {
    return (long) boms * LINK + (long) runs * RUN <= budget;
  }

  void add(Cid bom) {
    take(LINK);
    boms.add(bom);
  }

  void add(Run run) {
    take(RUN);
    runs.add(run);
  }

  void add(Origin origin) {
    take(DagCbor.encode(origin.toNode()).size());
    origins.add(origin);
  }

  private void take(int bytes) {
    if (used > 0 && used + bytes > budget) {
      pages.add(new Page(boms, runs, origins));
      boms = new ArrayList<>();
      runs = new ArrayList<>();
      origins = new ArrayList<>();
      used = 0;
    }
    used += bytes;
  }

  Inputs.Paged paged() {
    List<Cid> links = pages.stream().map(Page::cid).toList();
    return new Inputs.Paged(new Inputs(boms, runs, origins, links), List.copyOf(pages));
  }
}
