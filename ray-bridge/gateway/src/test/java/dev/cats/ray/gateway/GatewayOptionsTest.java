package dev.cats.ray.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GatewayOptionsTest {
  private static final List<String> NEEDED =
      List.of(
          "--ray", "127.0.0.1:6379", "--python", "src/test/python", "--cache", "c", "--allow", "*");

  @Test
  void theRestHasDefaults() {
    GatewayOptions options = options();
    assertThat(options.ray()).hasToString("127.0.0.1:6379");
    assertThat(options.size()).isEqualTo(1);
    assertThat(options.port()).isZero();
    assertThat(options.host()).isEqualTo("127.0.0.1");
    assertThat(options.raylet()).isEmpty();
    assertThat(options.allow()).containsExactly("*");
    assertThat(options.python().folder()).isAbsolute();
    assertThat(options.cache()).isEqualTo(Path.of("c").toAbsolutePath());
  }

  @Test
  void theHelpNamesEveryOption() {
    assertThat(GatewayOptions.HELP)
        .contains(GatewayOptions.NAMES.stream().map(name -> "  " + name + " ").toList());
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThatThrownBy(() -> GatewayOptions.of("--ray", "127.0.0.1:6379"))
        .hasMessage("Missing option --python: see --help");
    assertThatThrownBy(() -> options("--sise", "2"))
        .hasMessage("Invalid option --sise: see --help");
    assertThatThrownBy(() -> options("--size")).hasMessage("Invalid option --size: no value");
    assertThatThrownBy(() -> options("--size", "1", "--size", "2"))
        .hasMessage("Invalid option --size: given twice");
    assertThatThrownBy(() -> options("--size", "1001"))
        .hasMessage("Invalid --size: expected a number up to 1000, found '1001'");
    assertThatThrownBy(() -> GatewayOptions.of("--ray", "6379"))
        .hasMessage("Invalid address of Ray: expected HOST:PORT, found '6379'");
  }

  @Test
  void whoMayRunIsCidsOrAll() {
    assertThat(WorkerPlan.name(3)).isEqualTo("cats-worker-3");
    assertThatThrownBy(() -> allowing("bafya,")).hasMessageContaining("Invalid --allow");
    assertThatThrownBy(() -> allowing("bafya,*")).hasMessageContaining("Invalid --allow");
    assertThat(allowing("bafya,bafyb").allow()).containsExactly("bafya", "bafyb");
  }

  @Test
  void theFolderOfTheWorkerIsLookedAt() {
    assertThatThrownBy(() -> new WorkerSource(Path.of("/nowhere")))
        .hasMessage("Invalid --python /nowhere: expected the folder that holds cats_ray/worker.py");
  }

  private static GatewayOptions allowing(String cids) {
    return GatewayOptions.of(
        Stream.concat(NEEDED.subList(0, 6).stream(), Stream.of("--allow", cids))
            .toArray(String[]::new));
  }

  private static GatewayOptions options(String... more) {
    return GatewayOptions.of(
        Stream.concat(NEEDED.stream(), Stream.of(more)).toArray(String[]::new));
  }
}
