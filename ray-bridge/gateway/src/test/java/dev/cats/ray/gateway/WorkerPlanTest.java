package dev.cats.ray.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerPlanTest {
  private static final WorkerPlan PLAN = plan("/cache \"1\"", "c0de");

  @Test
  void aWorkerIsToldItsSettings() {
    assertThat(PLAN.worker(1, 20_001).json())
        .matches(
            "\\{\"name\":\"cats-worker-1\\.[0-9a-f]{16}\",\"host\":\"127.0.0.1\",\"port\":20001,"
                + "\"cache\":\"/cache \\\\\"1\\\\\"\",\"allow\":\\[\"bafya\",\"bafyb\"]}");
  }

  @Test
  void itsNameTellsWhetherItWasMadeByThisPlan() {
    String health = "{\"pid\":1,\"actor\":\"" + PLAN.worker(1, 20_001).name() + "\"}";
    assertThat(PLAN.made(1, health)).isTrue();
    assertThat(PLAN.made(0, health)).isFalse();
    assertThat(plan("/cache \"1\"", "c0de").made(1, health)).isTrue();
    assertThat(plan("/cache", "c0de").made(1, health)).isFalse();
    assertThat(plan("/cache \"1\"", "other").made(1, health)).isFalse();
  }

  @Test
  void theHeadHasMoreThanOneAddress() {
    assertThat(Cluster.of("127.0.0.1:6379").isAlso(Cluster.of("127.0.0.2:6379"))).isTrue();
    assertThat(Cluster.of("127.0.0.1:6379").isAlso(Cluster.of("127.0.0.1:6380"))).isFalse();
    assertThat(Cluster.of("127.0.0.1:6379").isAlso(Cluster.of("198.51.100.1:6379"))).isFalse();
  }

  private static WorkerPlan plan(String cache, String code) {
    return new WorkerPlan("127.0.0.1", Path.of(cache), List.of("bafya", "bafyb"), code);
  }
}
