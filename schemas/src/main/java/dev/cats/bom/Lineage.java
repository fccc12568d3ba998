package dev.cats.bom;

import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Which input records made which output records of a lot. Records are numbers: inputs as {@link
 * Inputs} numbers them, outputs by their place in the lot.
 */
public sealed interface Lineage {

  /** The input records behind one output record, in ascending order. */
  List<Range> inputsOf(int output, long inputRecords, int outputRecords) throws DecodeException;

  /** Refuses a lineage that cannot be of so many input and output records. */
  void validate(long inputRecords, int outputRecords) throws DecodeException;

  /** Refuses a lineage that cannot be of so many outputs, whatever the inputs are. */
  void validateOutputs(int outputRecords) throws DecodeException;

  Node toNode();

  /** Output i was made from input i. */
  record Same() implements Lineage {
    @Override
    public List<Range> inputsOf(int output, long inputRecords, int outputRecords) {
      return List.of(new Range(Objects.checkIndex(output, outputRecords), 1));
    }

    @Override
    public void validate(long inputRecords, int outputRecords) throws DecodeException {
      if (inputRecords != outputRecords) {
        throw Fields.invalid("lineage same", outputRecords + " input records", inputRecords);
      }
    }

    @Override
    public void validateOutputs(int outputRecords) {}

    @Override
    public Node toNode() {
      return Node.map().put("same", Node.map().build()).build();
    }
  }

  /** Every output was made from every input, as in a batch stage. */
  record Whole() implements Lineage {
    @Override
    public List<Range> inputsOf(int output, long inputRecords, int outputRecords) {
      Objects.checkIndex(output, outputRecords);
      return List.of(new Range(0, inputRecords));
    }

    @Override
    public void validate(long inputRecords, int outputRecords) {}

    @Override
    public void validateOutputs(int outputRecords) {}

    @Override
    public Node toNode() {
      return Node.map().put("whole", Node.map().build()).build();
    }
  }

  /**
   * How many outputs each input made, in order; an input that was filtered out made none. Written
   * in run lengths: {@code [(1, 3), (0, 1), (2, 1)]} is three inputs with one output each, one with
   * none and one with two, which are outputs 3 and 4.
   */
  record Spread(List<Group> groups) implements Lineage {
    /** So many inputs in a row made so many outputs each. */
    public record Group(int outputs, long inputs) {
      public Group {
        Check.integer("lineage spread outputs", outputs, 0);
        Check.integer("lineage spread inputs", inputs, 1);
      }
    }

    public Spread {
      groups = List.copyOf(groups);
      for (int i = 1; i < groups.size(); i++) {
        if (groups.get(i).outputs() == groups.get(i - 1).outputs()) {
          throw Check.invalid(
              "lineage spread",
              "run lengths as long as they can be",
              "groups " + (i - 1) + " and " + i + " of " + groups.get(i).outputs() + " outputs");
        }
      }
    }

    /** From the number of outputs of each input in turn. */
    public static Spread of(int... outputs) {
      List<Group> groups = new ArrayList<>();
      int from = 0;
      for (int i = 1; i <= outputs.length; i++) {
        if (i == outputs.length || outputs[i] != outputs[from]) {
          groups.add(new Group(outputs[from], i - from));
          from = i;
        }
      }
      return new Spread(groups);
    }

    @Override
    public List<Range> inputsOf(int output, long inputRecords, int outputRecords)
        throws DecodeException {
      Objects.checkIndex(output, outputRecords);
      long input = 0;
      long made = 0;
      for (Group group : groups) {
        if (group.outputs() > 0 && (output - made) / group.outputs() < group.inputs()) {
          return List.of(new Range(input + (output - made) / group.outputs(), 1));
        }
        made += group.outputs() * group.inputs();
        input += group.inputs();
      }
      throw Fields.invalid("lineage spread", outputRecords + " output records", made);
    }

    @Override
    public void validate(long inputRecords, int outputRecords) throws DecodeException {
      validateOutputs(outputRecords);
      long inputs = 0;
      for (Group group : groups) {
        if (group.inputs() > inputRecords - inputs) {
          throw Fields.invalid("lineage spread", inputRecords + " input records", "more");
        }
        inputs += group.inputs();
      }
      if (inputs != inputRecords) {
        throw Fields.invalid("lineage spread", inputRecords + " input records", inputs);
      }
    }

    @Override
    public void validateOutputs(int outputRecords) throws DecodeException {
      long outputs = 0;
      for (Group group : groups) {
        if (group.outputs() > 0 && group.inputs() > (outputRecords - outputs) / group.outputs()) {
          throw Fields.invalid("lineage spread", outputRecords + " output records", "more");
        }
        outputs += group.outputs() * group.inputs();
      }
      if (outputs != outputRecords) {
        throw Fields.invalid("lineage spread", outputRecords + " output records", outputs);
      }
    }

    @Override
    public Node toNode() {
      long[] items = new long[2 * groups.size()];
      for (int i = 0; i < groups.size(); i++) {
        items[2 * i] = groups.get(i).outputs();
        items[2 * i + 1] = groups.get(i).inputs();
      }
      return Node.map().put("spread", Node.integers(items)).build();
    }

    private static Spread of(String where, Node node) throws DecodeException {
      long[] pairs = Fields.integers(where, node, 0);
      if (pairs.length % 2 != 0) {
        throw Fields.invalid(where, "pairs (outputs, inputs)", pairs.length + " integers");
      }
      List<Group> groups = new ArrayList<>(pairs.length / 2);
      for (int i = 0; i < pairs.length; i += 2) {
        Check.integer(where + "[" + i + "]", pairs[i], 0, Integer.MAX_VALUE);
        groups.add(new Group((int) pairs[i], pairs[i + 1]));
      }
      return new Spread(groups);
    }
  }

  /**
   * For each output, the ranges of inputs that it was made from: windows, joins, keyed functions.
   * The ranges of one output ascend and neither touch nor overlap, so that equal sets are written
   * alike; {@link #of} makes them so.
   */
  record Edges(List<List<Range>> outputs) implements Lineage {
    public Edges {
      outputs = outputs.stream().map(List::copyOf).toList();
      for (int i = 0; i < outputs.size(); i++) {
        List<Range> ranges = outputs.get(i);
        if (ranges.isEmpty()) {
          throw Check.invalid("lineage edges of output " + i, "at least one range", "none");
        }
        for (int j = 1; j < ranges.size(); j++) {
          if (ranges.get(j).first() <= ranges.get(j - 1).end()) {
            throw Check.invalid(
                "lineage edges of output " + i,
                "ranges that ascend and do not touch",
                ranges.get(j - 1) + " before " + ranges.get(j));
          }
        }
      }
    }

    /** From ranges in any order, overlapping or not. */
    public static Edges of(List<List<Range>> outputs) {
      return new Edges(outputs.stream().map(Edges::merged).toList());
    }

    private static List<Range> merged(List<Range> ranges) {
      List<Range> sorted = new ArrayList<>(ranges);
      sorted.sort(Comparator.comparingLong(Range::first));
      List<Range> merged = new ArrayList<>();
      for (Range range : sorted) {
        Range last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
        if (last != null && range.first() <= last.end()) {
          long end = Math.max(last.end(), range.end());
          merged.set(merged.size() - 1, new Range(last.first(), end - last.first()));
        } else {
          merged.add(range);
        }
      }
      return merged;
    }

    @Override
    public List<Range> inputsOf(int output, long inputRecords, int outputRecords) {
      return outputs.get(Objects.checkIndex(output, outputRecords));
    }

    @Override
    public void validate(long inputRecords, int outputRecords) throws DecodeException {
      validateOutputs(outputRecords);
      for (int i = 0; i < outputs.size(); i++) {
        List<Range> ranges = outputs.get(i);
        if (ranges.get(ranges.size() - 1).end() > inputRecords) {
          throw Fields.invalid(
              "lineage edges of output " + i,
              "ranges within " + inputRecords + " input records",
              ranges.get(ranges.size() - 1));
        }
      }
    }

    @Override
    public void validateOutputs(int outputRecords) throws DecodeException {
      if (outputs.size() != outputRecords) {
        throw Fields.invalid("lineage edges", outputRecords + " output records", outputs.size());
      }
    }

    /**
     * One flat list: for each output the number of its ranges, then for each range the distance of
     * its first record from the end of the range before it (of any output; from 0 for the very
     * first) and its count. Windows that follow each other cost three small integers each.
     */
    @Override
    public Node toNode() {
      long[] items = new long[outputs.stream().mapToInt(ranges -> 1 + 2 * ranges.size()).sum()];
      int at = 0;
      long end = 0;
      for (List<Range> ranges : outputs) {
        items[at++] = ranges.size();
        for (Range range : ranges) {
          items[at++] = range.first() - end;
          items[at++] = range.count();
          end = range.end();
        }
      }
      return Node.map().put("edges", Node.integers(items)).build();
    }

    private static Edges of(String where, Node node) throws DecodeException {
      long[] items = Fields.integers(where, node, -Check.MAX_INTEGER);
      List<List<Range>> outputs = new ArrayList<>();
      long end = 0;
      int at = 0;
      while (at < items.length) {
        long ranges = items[at++];
        if (ranges < 1 || ranges > (items.length - at) / 2) {
          throw Fields.invalid(
              where + "[" + (at - 1) + "]",
              "a number of ranges that follow, from 1 to " + (items.length - at) / 2,
              ranges);
        }
        List<Range> output = new ArrayList<>((int) ranges);
        for (int i = 0; i < ranges; i++, at += 2) {
          Range range = new Range(end + items[at], items[at + 1]);
          output.add(range);
          end = range.end();
        }
        outputs.add(output);
      }
      return new Edges(outputs);
    }
  }

  static Lineage of(String where, Node node) throws DecodeException {
    Map<String, Node> union = Fields.map(where, node);
    if (union.size() != 1) {
      throw Fields.invalid(where, "a map with one key", union.size() + " keys");
    }
    String kind = union.keySet().iterator().next();
    Node value = union.get(kind);
    String inner = where + "." + kind;
    switch (kind) {
      case "same":
        Fields.of(inner, value, List.of());
        return new Same();
      case "spread":
        return Spread.of(inner, value);
      case "whole":
        Fields.of(inner, value, List.of());
        return new Whole();
      case "edges":
        return Edges.of(inner, value);
      default:
        throw Fields.invalid(where, "one of same, spread, whole, edges", Check.quoted(kind));
    }
  }
}
