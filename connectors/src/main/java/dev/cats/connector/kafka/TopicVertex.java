package dev.cats.connector.kafka;

import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageDatasetFacet;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.SourceLineageVertex;

/**
 * Topics in Flink's own lineage graph. Flink's Kafka connector puts the client's settings there
 * too, passwords among them; here there are only names.
 */
record TopicVertex(List<LineageDataset> datasets) implements LineageVertex {

  static SourceLineageVertex source(Brokers brokers, List<String> topics, Boundedness boundedness) {
    return new Read(of(brokers, topics).datasets, boundedness);
  }

  static TopicVertex of(Brokers brokers, List<String> topics) {
    return new TopicVertex(
        topics.stream()
            .<LineageDataset>map(topic -> new Topic(topic, "kafka://" + brokers))
            .toList());
  }

  private record Read(List<LineageDataset> datasets, Boundedness boundedness)
      implements SourceLineageVertex {}

  private record Topic(String name, String namespace) implements LineageDataset {
    @Override
    public Map<String, LineageDatasetFacet> facets() {
      return Map.of();
    }
  }
}
