package dev.cats.bench;

import java.io.IOException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient.JobFinalizationBehavior;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** One MiniCluster for all rounds: starting one is not what is measured. */
final class Cluster implements AutoCloseable {
  private final MiniCluster cluster;

  private Cluster(MiniCluster cluster) {
    this.cluster = cluster;
  }

  static Cluster start(int slots) throws IOException {
    Configuration config = new Configuration();
    config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(config)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .withRandomPorts()
                .build());
    try {
      cluster.start();
    } catch (Exception e) {
      throw new IOException("Cannot start a Flink MiniCluster: " + e.getMessage(), e);
    }
    return new Cluster(cluster);
  }

  /** An environment whose jobs run here. */
  StreamExecutionEnvironment environment(Configuration config) {
    return new StreamExecutionEnvironment(config) {
      @Override
      public JobClient executeAsync(StreamGraph graph) throws Exception {
        ClassLoader loader = getClass().getClassLoader();
        JobGraph job = graph.getJobGraph(loader);
        cluster.submitJob(job).get();
        return new MiniClusterJobClient(
            job.getJobID(), cluster, loader, JobFinalizationBehavior.NOTHING);
      }
    };
  }

  @Override
  public void close() throws IOException {
    try {
      cluster.close();
    } catch (Exception e) {
      throw new IOException("Cannot stop the Flink MiniCluster: " + e.getMessage(), e);
    }
  }
}
