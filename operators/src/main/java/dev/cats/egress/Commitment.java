package dev.cats.egress;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * What one checkpoint hands to the committer: the sealed segments to make visible and the BOMs that
 * its manifest will name.
 *
 * @param run the id that this execution keeps over its restarts
 * @param checkpoint Flink's number of the checkpoint whose barrier it came with
 * @param last whether the input has ended and nothing follows
 */
record Commitment(
    String run,
    long checkpoint,
    List<String> segments,
    List<Cid> boms,
    long rejected,
    boolean last) {

  Commitment {
    segments = List.copyOf(segments);
    boms = List.copyOf(boms);
  }

  Commitment at(long id) {
    return new Commitment(run, id, segments, boms, rejected, last);
  }

  /** Whether there is anything to write down. */
  boolean isEmpty() {
    return segments.isEmpty() && boms.isEmpty() && rejected == 0;
  }

  /** Version 2: a dag-cbor list of the fields in order. Version 1 did not have {@code last}. */
  static final class Serializer implements SimpleVersionedSerializer<Commitment> {
    private static final int VERSION = 2;
    private static final int FIELDS = 6;

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(Commitment commitment) {
      return DagCbor.encode(
              Node.list(
                  Node.of(commitment.run),
                  Node.of(commitment.checkpoint),
                  Node.list(commitment.segments.stream().map(Node::of).toList()),
                  Node.list(commitment.boms.stream().map(Node::link).toList()),
                  Node.of(commitment.rejected),
                  Node.of(commitment.last)))
          .toArray();
    }

    @Override
    public Commitment deserialize(int version, byte[] serialized) throws IOException {
      if (version < 1 || version > VERSION) {
        throw new IOException(
            "Cannot restore a commitment: expected version 1 or 2 of its format, found " + version);
      }
      int size = version == 1 ? FIELDS - 1 : FIELDS;
      try {
        List<Node> fields = ((Node.List) DagCbor.decode(Bytes.wrap(serialized))).items();
        if (fields.size() != size) {
          throw new IOException(
              "Cannot restore a commitment: expected %d fields, found %d"
                  .formatted(size, fields.size()));
        }
        return new Commitment(
            ((Node.Text) fields.get(0)).value(),
            ((Node.Int) fields.get(1)).value(),
            ((Node.List) fields.get(2))
                .items().stream().map(each -> ((Node.Text) each).value()).toList(),
            ((Node.List) fields.get(3))
                .items().stream().map(each -> ((Node.Link) each).cid()).toList(),
            ((Node.Int) fields.get(4)).value(),
            version > 1 && ((Node.Bool) fields.get(5)).value());
      } catch (DecodeException | ClassCastException e) {
        throw new IOException("Cannot restore a commitment: " + e.getMessage(), e);
      }
    }
  }
}
