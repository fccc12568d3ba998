package dev.cats.replay;

import dev.cats.bom.Inputs;
import dev.cats.bom.Origin;
import dev.cats.bom.Run;
import dev.cats.content.Cid;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a check needs of a BOM's inputs.
 *
 * @param ends for each input BOM, how many records its lot must have for the runs to be within it;
 *     none for citations, which are claims of others about what may not be here
 * @param files the files that origins name
 * @param cited whether these are lots of another initiative, which need not be here
 */
record BomInputs(Map<Cid, Long> ends, Set<Cid> files, boolean cited, List<Origin> origins) {

  static BomInputs of(Inputs inputs) {
    Map<Cid, Long> ends = new LinkedHashMap<>();
    for (Run run : inputs.cited() ? List.<Run>of() : inputs.runs()) {
      ends.merge(inputs.boms().get(run.bom()), run.first() + run.count(), Math::max);
    }
    Set<Cid> files = new LinkedHashSet<>();
    for (Origin origin : inputs.origins()) {
      if (origin instanceof Origin.File file) {
        files.add(file.file());
      }
    }
    return new BomInputs(ends, files, inputs.cited(), inputs.origins());
  }
}
