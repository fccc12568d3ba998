package dev.cats.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.bom.Origin;
import dev.cats.bom.Range;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.event.Citation;
import dev.cats.event.Position;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;

/**
 * What the chain of an {@link EventJob} commits, read from its store alone by following HEAD.
 *
 * @param manifests newest first
 * @param boms all that they commit, as often as they do
 * @param taken every record of a source lot, with the offset that its BOM gives for it
 * @param counted every record of a lot of the last step
 */
record CommittedEvents(
    List<Manifest> manifests, List<Cid> boms, List<Taken> taken, List<Counted> counted) {

  /** An event that was taken in. */
  record Taken(Position.KafkaRecord position, String id) {}

  /** What the last step said of an event. */
  record Counted(Citation made, String id, String subject, long count) {}

  static CommittedEvents read(BlockStore store) throws IOException {
    CommittedEvents all =
        new CommittedEvents(
            new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Documents documents = new Documents(store);
    Chain chain = Chain.ofHead(documents);
    for (Optional<Manifest> each = chain.next(); each.isPresent(); each = chain.next()) {
      all.manifests.add(each.get());
      for (Cid cid : documents.boms(each.get())) {
        all.boms.add(cid);
        Bom bom = documents.bom(cid, "BOM of " + each.get().cid());
        switch (Documents.label(documents.order(bom))) {
          case EventJob.SOURCE -> all.take(documents, bom);
          case EventJob.COUNT -> all.count(documents, bom);
          default -> {}
        }
      }
    }
    return all;
  }

  private void take(Documents documents, Bom bom) throws IOException {
    Inputs inputs = documents.inputs(bom);
    LotReader lot = documents.lot(bom);
    for (int i = 0; i < lot.records(); i++) {
      for (Range range : behind(bom, inputs, i)) {
        for (Origin origin : inputs.origins(range)) {
          Origin.Kafka kafka = (Origin.Kafka) origin;
          if (kafka.first() != kafka.last()) {
            throw new IOException(
                "Cannot tell the offset of record " + i + " of BOM " + bom.cid() + ": " + kafka);
          }
          taken.add(
              new Taken(
                  new Position.KafkaRecord(kafka.topic(), kafka.partition(), kafka.first()),
                  ((GenericRecord) lot.at(i)).get("id").toString()));
        }
      }
    }
  }

  private static List<Range> behind(Bom bom, Inputs inputs, int record) throws IOException {
    try {
      return bom.lineage().inputsOf(record, inputs.records(), bom.output().records());
    } catch (DecodeException e) {
      throw new IOException("Cannot read the lineage of BOM " + bom.cid(), e);
    }
  }

  private void count(Documents documents, Bom bom) throws IOException {
    LotReader lot = documents.lot(bom);
    for (int i = 0; i < lot.records(); i++) {
      GenericRecord event = (GenericRecord) lot.at(i);
      counted.add(
          new Counted(
              new Citation(bom.cid(), i),
              event.get("id").toString(),
              event.get("subject").toString(),
              Long.parseLong(UTF_8.decode((ByteBuffer) event.get("data")).toString())));
    }
  }

  /** The ids of the runs that made the chain. */
  List<String> runs() {
    return manifests.stream().map(Manifest::run).distinct().toList();
  }

  /** The checkpoints of the chain, oldest first. */
  List<Long> checkpoints() {
    List<Long> checkpoints = new ArrayList<>();
    manifests.forEach(manifest -> checkpoints.add(0, manifest.checkpoint()));
    return checkpoints;
  }

  long rejected() {
    return manifests.stream().mapToLong(Manifest::rejected).sum();
  }
}
