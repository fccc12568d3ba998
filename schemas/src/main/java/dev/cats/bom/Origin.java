package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.List;
import java.util.Objects;

/** Records in a row that a source read from the outside world, where no BOM stands behind them. */
public sealed interface Origin {

  /** What kind of place it is: the first element of the tuple that is written. */
  String system();

  /** How many records it stands for. */
  long count();

  /** The records {@code from} to {@code from + count - 1} of this origin, as exactly as known. */
  Origin slice(long from, long count);

  Node toNode();

  /** Records {@code first} to {@code first + count - 1} of a file with the content {@code file}. */
  record File(String name, Cid file, long first, long count) implements Origin {
    public File {
      Check.text("file origin name", name);
      Objects.requireNonNull(file, "file");
      Check.integer("file origin first", first, 0);
      Check.integer("file origin count", count, 1, Check.MAX_INTEGER - first);
    }

    @Override
    public String system() {
      return "file";
    }

    @Override
    public File slice(long from, long slice) {
      Objects.checkFromIndexSize(from, slice, count);
      return new File(name, file, first + from, slice);
    }

    @Override
    public Node toNode() {
      return Node.list(
          Node.of(system()), Node.of(name), Node.link(file), Node.of(first), Node.of(count));
    }
  }

  /**
   * The {@code count} records at the offsets {@code first} to {@code last}. There are fewer records
   * than offsets where the log was compacted or holds transaction markers.
   */
  record Kafka(String topic, int partition, long first, long last, long count) implements Origin {
    public Kafka {
      Check.text("kafka origin topic", topic);
      Check.integer("kafka origin partition", partition, 0);
      Check.integer("kafka origin first", first, 0);
      Check.integer("kafka origin last", last, first);
      Check.integer("kafka origin count", count, 1, last - first + 1);
    }

    @Override
    public String system() {
      return "kafka";
    }

    /**
     * A slice of an origin with holes is the origin itself: its offsets are not known one by one.
     */
    @Override
    public Kafka slice(long from, long slice) {
      Objects.checkFromIndexSize(from, slice, count);
      return count == last - first + 1
          ? new Kafka(topic, partition, first + from, first + from + slice - 1, slice)
          : this;
    }

    @Override
    public Node toNode() {
      return Node.list(
          Node.of(system()),
          Node.of(topic),
          Node.of(partition),
          Node.of(first),
          Node.of(last),
          Node.of(count));
    }
  }

  static Origin of(String where, Node node) throws DecodeException {
    List<Node> tuple = Fields.list(where, node);
    String system = tuple.isEmpty() ? "" : Fields.text(where + "[0]", tuple.get(0));
    try {
      switch (system) {
        case "file":
          size(where, tuple, "(file, name, CID, first, count)", 5);
          return new File(
              Fields.text(where + "[1]", tuple.get(1)),
              Fields.link(where + "[2]", tuple.get(2)),
              Fields.integer(where + "[3]", tuple.get(3), 0, Check.MAX_INTEGER),
              Fields.integer(where + "[4]", tuple.get(4), 1, Check.MAX_INTEGER));
        case "kafka":
          size(where, tuple, "(kafka, topic, partition, first, last, count)", 6);
          return new Kafka(
              Fields.text(where + "[1]", tuple.get(1)),
              (int) Fields.integer(where + "[2]", tuple.get(2), 0, Integer.MAX_VALUE),
              Fields.integer(where + "[3]", tuple.get(3), 0, Check.MAX_INTEGER),
              Fields.integer(where + "[4]", tuple.get(4), 0, Check.MAX_INTEGER),
              Fields.integer(where + "[5]", tuple.get(5), 1, Check.MAX_INTEGER));
        default:
          throw Fields.invalid(where, "an origin of system file or kafka", Check.quoted(system));
      }
    } catch (IllegalArgumentException e) {
      throw new DecodeException(e.getMessage() + " (in " + where + ")");
    }
  }

  private static void size(String where, List<Node> tuple, String shape, int size)
      throws DecodeException {
    if (tuple.size() != size) {
      throw Fields.invalid(where, "a tuple " + shape, Fields.describe(Node.list(tuple)));
    }
  }
}
