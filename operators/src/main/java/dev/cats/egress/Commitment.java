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
 */
record Commitment(
    String run, long checkpoint, List<String> segments, List<Cid> boms, long rejected) {

  Commitment {
    segments = List.copyOf(segments);
    boms = List.copyOf(boms);
  }

  Commitment at(long id) {
    return new Commitment(run, id, segments, boms, rejected);
  }

  /** Version 1: a dag-cbor list of the fields in order. */
  static final class Serializer implements SimpleVersionedSerializer<Commitment> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Commitment commitment) {
      return DagCbor.encode(
              Node.list(
                  Node.of(commitment.run),
                  Node.of(commitment.checkpoint),
                  Node.list(commitment.segments.stream().map(Node::of).toList()),
                  Node.list(commitment.boms.stream().map(Node::link).toList()),
                  Node.of(commitment.rejected)))
          .toArray();
    }

    @Override
    public Commitment deserialize(int version, byte[] serialized) throws IOException {
      if (version != 1) {
        throw new IOException(
            "Cannot restore a commitment: expected version 1 of its format, found " + version);
      }
      try {
        List<Node> fields = ((Node.List) DagCbor.decode(Bytes.wrap(serialized))).items();
        if (fields.size() != 5) {
          throw new IOException(
              "Cannot restore a commitment: expected 5 fields, found " + fields.size());
        }
        return new Commitment(
            ((Node.Text) fields.get(0)).value(),
            ((Node.Int) fields.get(1)).value(),
            ((Node.List) fields.get(2))
                .items().stream().map(each -> ((Node.Text) each).value()).toList(),
            ((Node.List) fields.get(3))
                .items().stream().map(each -> ((Node.Link) each).cid()).toList(),
            ((Node.Int) fields.get(4)).value());
      } catch (DecodeException | ClassCastException e) {
        throw new IOException("Cannot restore a commitment: " + e.getMessage(), e);
      }
    }
  }
}
