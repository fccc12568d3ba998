package dev.cats.lot;

import dev.cats.bom.Inputs;
import dev.cats.bom.Lineage;
import dev.cats.bom.Origin;
import dev.cats.bom.Range;
import dev.cats.bom.Run;
import dev.cats.content.Cid;
import dev.cats.event.Citation;
import dev.cats.event.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.annotation.Nullable;

/**
 * What the open lot of one output was made from, while it grows: the input records in order of
 * arrival, and which of them made which output.
 *
 * <p>Inputs are numbered from 0 in the order in which they are added. Two forms of lineage grow
 * side by side with them, of which one output uses one: the number of outputs that each input made,
 * or the range of inputs that each output was made from.
 */
final class Provenance {
  private final List<Cid> boms = new ArrayList<>();
  private final Map<Cid, Integer> numbers = new HashMap<>();
  private Cid lastBom;
  private int lastNumber;

  /** Runs of input records as triples: BOM, first record, count. */
  private long[] runs = new long[3 * 64];

  private int runCount;
  private final List<Origin> origins = new ArrayList<>();
  private Position firstPosition;
  private long positionCount;
  private long inputs;

  private final List<Lineage.Spread.Group> spread = new ArrayList<>();
  private int groupOutputs;
  private long groupInputs;

  /** Per output the first of its inputs and how many they are. */
  private long[] edges = new long[2 * 64];

  private int edgeCount;
  private boolean same = true;

  /** Whether every output so far was made by one batch, of all inputs. */
  private boolean batches;

  /** The BOMs consumed so far, each once. */
  List<Cid> boms() {
    return boms;
  }

  long inputs() {
    return inputs;
  }

  /** About how large inputs and lineage are when encoded, bytes. */
  int size() {
    return boms.size() * 41
        + runCount * 7
        + origins.size() * 64
        + spread.size() * 3
        + edgeCount * 4;
  }

  /** Adds one input record; returns its number. */
  long add(Cid bom, int index) {
    return add(bom, index, 1);
  }

  /** Adds input records that follow one another in a lot; returns the number of the first. */
  long add(Cid bom, long first, long count) {
    cite(bom, first, count);
    long number = inputs;
    inputs += count;
    return number;
  }

  @SuppressWarnings("ReferenceEquality") // a fast way past the map for records of one lot
  private void cite(Cid bom, long first, long count) {
    if (bom != lastBom) {
      Integer known = numbers.get(bom);
      if (known == null) {
        known = boms.size();
        numbers.put(bom, known);
        boms.add(bom);
      }
      lastBom = bom;
      lastNumber = known;
    }
    int at = 3 * (runCount - 1);
    if (runCount > 0 && runs[at] == lastNumber && runs[at + 1] + runs[at + 2] == first) {
      runs[at + 2] += count;
    } else {
      at += 3;
      if (at == runs.length) {
        runs = Arrays.copyOf(runs, runs.length * 2);
      }
      runs[at] = lastNumber;
      runs[at + 1] = first;
      runs[at + 2] = count;
      runCount++;
    }
  }

  /**
   * Adds a record from outside; returns its number. Either all of a lot's come with a citation or
   * none.
   */
  long add(Position position, @Nullable Citation made) {
    if (made != null) {
      cite(made.bom(), made.index(), 1);
    }
    if (firstPosition != null && follows(position)) {
      positionCount++;
    } else {
      closeOrigin();
      firstPosition = position;
      positionCount = 1;
    }
    return inputs++;
  }

  private boolean follows(Position position) {
    if (firstPosition instanceof Position.FileRecord first
        && position instanceof Position.FileRecord next) {
      return next.index() == first.index() + positionCount
          && next.file().equals(first.file())
          && next.name().equals(first.name());
    }
    return firstPosition instanceof Position.KafkaRecord first
        && position instanceof Position.KafkaRecord next
        && next.offset() == first.offset() + positionCount
        && next.partition() == first.partition()
        && next.topic().equals(first.topic());
  }

  private void closeOrigin() {
    if (firstPosition == null) {
      return;
    }
    long count = positionCount;
    origins.add(
        firstPosition instanceof Position.FileRecord file
            ? new Origin.File(file.name(), file.file(), file.index(), count)
            : kafka((Position.KafkaRecord) firstPosition, count));
    firstPosition = null;
  }

  private static Origin kafka(Position.KafkaRecord first, long count) {
    return new Origin.Kafka(
        first.topic(), first.partition(), first.offset(), first.offset() + count - 1, count);
  }

  /** Says that the input that was added last made so many outputs. */
  void made(int outputs) {
    if (outputs != 1) {
      same = false;
    }
    if (groupInputs > 0 && groupOutputs != outputs) {
      spread.add(new Lineage.Spread.Group(groupOutputs, groupInputs));
      groupInputs = 0;
    }
    groupOutputs = outputs;
    groupInputs++;
  }

  /** Says that the next output was made from these inputs. */
  void edge(long first, long count) {
    batches = false;
    if (count != 1 || first != edgeCount) {
      same = false;
    }
    if (2 * edgeCount == edges.length) {
      edges = Arrays.copyOf(edges, edges.length * 2);
    }
    edges[2 * edgeCount] = first;
    edges[2 * edgeCount + 1] = count;
    edgeCount++;
  }

  /** As {@link #edge}, of an output that was made by a batch. */
  void batchEdge(long first, long count) {
    boolean all = edgeCount == 0 || batches;
    edge(first, count);
    batches = all && first == 0 && count == inputs;
  }

  Inputs inputsDocument() {
    closeOrigin();
    List<Run> triples = Run.ofTriples(Arrays.copyOf(runs, 3 * runCount));
    return new Inputs(boms, triples, origins, List.of());
  }

  /**
   * @param part whether the outputs are only some of those that their batch made: then none is
   *     {@code whole}, so that a reader can tell
   */
  Lineage lineage(boolean part) {
    boolean each = same && edgeCount == inputs && !(part && inputs == 1);
    if (batches && !each && !part) {
      return new Lineage.Whole();
    }
    if (edgeCount > 0 && !each) {
      List<List<Range>> outputs = new ArrayList<>(edgeCount);
      for (int i = 0; i < edgeCount; i++) {
        outputs.add(List.of(new Range(edges[2 * i], edges[2 * i + 1])));
      }
      return new Lineage.Edges(outputs);
    }
    if (same) {
      return new Lineage.Same();
    }
    List<Lineage.Spread.Group> groups = new ArrayList<>(spread);
    groups.add(new Lineage.Spread.Group(groupOutputs, groupInputs));
    return new Lineage.Spread(groups);
  }

  /** Starts over for the next lot. */
  void clear() {
    boms.clear();
    numbers.clear();
    lastBom = null;
    runCount = 0;
    origins.clear();
    firstPosition = null;
    inputs = 0;
    spread.clear();
    groupInputs = 0;
    edgeCount = 0;
    same = true;
    batches = false;
  }
}
