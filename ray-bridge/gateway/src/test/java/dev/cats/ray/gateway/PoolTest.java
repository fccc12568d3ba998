package dev.cats.ray.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.ray.gateway.Answer.Gone;
import dev.cats.ray.gateway.Answer.Silent;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PoolTest {
  private final FakeActors cluster = new FakeActors();
  private final List<String> progress = new ArrayList<>();
  private Instant now = Instant.EPOCH;
  private int port = 20_000;

  @Test
  void aRoundMakesWhatIsMissing() {
    Pool pool = pool(2, "*");
    assertThat(pool.isSettled()).isFalse();
    pool.tend();
    assertThat(pool.isSettled()).isTrue();
    assertThat(pool.workers())
        .extracting(Worker::name, Worker::uri)
        .containsExactly(
            tuple("cats-worker-0", "grpc://127.0.0.1:20000"),
            tuple("cats-worker-1", "grpc://127.0.0.1:20001"));
    assertThat(progress)
        .containsExactly(
            "cats-worker-0 is being made, at port 20000",
            "cats-worker-1 is being made, at port 20001",
            "cats-worker-0 answers at grpc://127.0.0.1:20000",
            "cats-worker-1 answers at grpc://127.0.0.1:20001");
  }

  @Test
  void aPoolThatIsMadeSmallerEndsItsLastWorkers() throws Exception {
    Pool pool = pool(3, "*");
    pool.tend();
    pool.resize(1);
    assertThat(pool.isSettled()).isFalse();
    pool.tend();
    assertThat(pool.awaitSettled(Duration.ZERO)).isTrue();
    assertThat(cluster.actors).containsOnlyKeys("cats-worker-0");
  }

  @Test
  void aWorkerThatDoesNotAnswerKeepsItsPlace() {
    Pool pool = pool(1, "*");
    pool.tend();
    cluster.actors.get("cats-worker-0").instead = Optional.of(new Silent("its process ended"));
    pool.tend();
    pool.tend();
    assertThat(pool.isSettled()).isFalse();
    assertThat(pool.workers().get(0).uri()).contains(URI.create("grpc://127.0.0.1:20000"));
    assertThat(progress)
        .endsWith(
            "cats-worker-0 answers at grpc://127.0.0.1:20000",
            "cats-worker-0 does not answer: its process ended");
    cluster.actors.get("cats-worker-0").instead = Optional.empty();
    pool.tend();
    assertThat(pool.isSettled()).isTrue();
    assertThat(cluster.actors).hasSize(1);
  }

  @Test
  void oneThatIsGoneIsMadeAgainAtItsPort() {
    Pool pool = pool(1, "*");
    pool.tend();
    cluster.actors.get("cats-worker-0").end();
    pool.tend();
    assertThat(pool.workers().get(0).uri()).isEmpty();
    pool.tend();
    assertThat(pool.isSettled()).isTrue();
    assertThat(cluster.actors.get("cats-worker-0").port()).isEqualTo(20_000);
  }

  @Test
  void oneThatCannotBeMadeIsTriedAtOtherPortsAfterLongerAndLongerPauses() {
    cluster.instead = Optional.of(new Gone("OSError: address in use"));
    Pool pool = pool(1, "*");
    pool.tend();
    pool.tend();
    assertThat(progress).hasSize(2);
    now = now.plusSeconds(1);
    pool.tend();
    now = now.plusSeconds(1);
    pool.tend();
    now = now.plusSeconds(1);
    pool.tend();
    assertThat(progress)
        .containsExactly(
            "cats-worker-0 is being made, at port 20000",
            "cats-worker-0 is gone, and is made again in 1 s: OSError: address in use",
            "cats-worker-0 is being made, at port 20001",
            "cats-worker-0 is gone, and is made again in 2 s: OSError: address in use",
            "cats-worker-0 is being made, at port 20002",
            "cats-worker-0 is gone, and is made again in 4 s: OSError: address in use");
    assertThat(pool.workers().get(0).failures()).isEqualTo(3);
    assertThat(PoolServer.shortOf(pool.workers(), pool.size()))
        .isEqualTo("0 of 1 workers answer; cats-worker-0: OSError: address in use");
  }

  @Test
  void anotherGatewayGoesOnWithTheWorkersOfTheFirst() {
    pool(2, "*").tend();
    FakeActors.FakeActor one = cluster.actors.get("cats-worker-0");
    Pool second = pool(2, "*");
    second.tend();
    assertThat(second.isSettled()).isTrue();
    assertThat(cluster.actors.get("cats-worker-0")).isSameAs(one);
    assertThat(second.workers().get(0).uri()).contains(URI.create("grpc://127.0.0.1:20000"));
  }

  @Test
  void itEndsThoseThatItHasNoPlaceFor() {
    pool(5, "*").tend();
    cluster.actors.get("cats-worker-3").end();
    pool(2, "*").tend();
    assertThat(cluster.actors).containsOnlyKeys("cats-worker-0", "cats-worker-1");
    assertThat(progress).contains("cats-worker-4 of an earlier pool is ended");
  }

  @Test
  void workersOfOtherSettingsAreReplaced() {
    pool(1, "*").tend();
    Pool second = pool(1, "bafyother");
    second.tend();
    assertThat(progress)
        .endsWith(
            "cats-worker-0 was there already, and is ended: it was made with other settings or from"
                + " another source");
    second.tend();
    assertThat(second.isSettled()).isTrue();
    assertThat(cluster.actors.get("cats-worker-0").port()).isEqualTo(20_001);
  }

  @Test
  void oneThatWasThereAndNeverAnswersIsReplacedInTheEnd() {
    pool(1, "*").tend();
    cluster.actors.get("cats-worker-0").instead = Optional.of(new Silent("no answer within 2 s"));
    Pool second = pool(1, "*");
    second.tend();
    now = now.plusSeconds(59);
    second.tend();
    assertThat(second.isSettled()).isFalse();
    now = now.plusSeconds(1);
    second.tend();
    second.tend();
    assertThat(second.isSettled()).isTrue();
  }

  @Test
  void itsSizeHasALimit() {
    assertThatThrownBy(() -> pool(1001, "*"))
        .hasMessage("Invalid size of the pool: expected 0 to 1000, found 1001");
    assertThatThrownBy(() -> pool(-1, "*"))
        .hasMessage("Invalid size of the pool: expected 0 to 1000, found -1");
  }

  private static org.assertj.core.groups.Tuple tuple(String name, String uri) {
    return org.assertj.core.groups.Tuple.tuple(name, Optional.of(URI.create(uri)));
  }

  private Pool pool(int size, String allow) {
    WorkerPlan plan = new WorkerPlan("127.0.0.1", Path.of("/cache"), List.of(allow), "c0de");
    return new Pool(cluster, plan, size, () -> port++, () -> now, progress::add);
  }
}
