package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How Kubo is built, with a script in the place of Go. */
class KuboBuildIT {
  @TempDir private Path folder;
  private Path root;
  private Path bin;

  @BeforeEach
  void makeAProject() throws IOException {
    root = folder.resolve("root");
    bin = Files.createDirectories(folder.resolve("bin"));
    Path module = Files.createDirectories(root.resolve("connectors/kubo-node"));
    Files.writeString(
        module.resolve("go.mod"),
        "module x\n\ngo 1.26.5\n\nrequire (\n\tgithub.com/ipfs/kubo v1.2.3 // indirect\n)\n");
  }

  private void go(String version, String toolchain, String... build) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("#!/bin/sh");
    lines.add("case $1 in");
    lines.add("version) echo 'go version go" + version + " linux/amd64'; exit 0;;");
    lines.add("env) echo " + toolchain + "; exit 0;;");
    lines.add("esac");
    lines.addAll(List.of(build));
    Path script = bin.resolve("go");
    Files.write(script, lines);
    assertThat(script.toFile().setExecutable(true)).isTrue();
  }

  private KuboBuild build(String... more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", bin + ":/usr/bin:/bin");
    environment.put("HOME", folder.resolve("home").toString());
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return KuboBuild.of(root, environment);
  }

  @Test
  void itIsBuiltOnceIntoTheCacheByOneAtATime() throws Exception {
    Path runs = folder.resolve("runs");
    go(
        "1.26.8",
        "local",
        "echo \"$* $CGO_ENABLED\" >> '" + runs + "'",
        "echo 'go: downloading github.com/x v1.0.0'",
        "echo github.com/x",
        "sleep 1",
        "[ ! -e '" + folder.resolve("home/.cache/cats/kubo-1.2.3/ipfs") + "' ] || exit 3",
        "printf '#!/bin/sh\\n' > \"$6\"",
        "chmod +x \"$6\"");
    Path binary = folder.resolve("home/.cache/cats/kubo-1.2.3/ipfs");
    List<String> said = Collections.synchronizedList(new ArrayList<>());
    assertThat(build().isBuilt()).isFalse();
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      Callable<Path> task = () -> build().build(said::add);
      for (Future<Path> built : pool.invokeAll(List.of(task, task, task))) {
        assertThat(built.get(60, TimeUnit.SECONDS)).isEqualTo(binary);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(binary).isExecutable();
    assertThat(build().isBuilt()).isTrue();
    assertThat(runs)
        .hasContent(
            "build -v -trimpath -mod=readonly -o "
                + binary.resolveSibling("ipfs.part")
                + " github.com/ipfs/kubo/cmd/ipfs 0");
    assertThat(said).hasSize(2);
    assertThat(said.get(0))
        .startsWith("Building Kubo 1.2.3 with Go (once, ")
        .endsWith("into " + binary.getParent());
    assertThat(said.get(1)).startsWith("Built Kubo in 0 min ");
    assertThat(binary.resolveSibling("build.log")).content().contains("go: downloading");
    assertThat(build("XDG_CACHE_HOME", folder.resolve("other").toString()).binary())
        .isEqualTo(folder.resolve("other/cats/kubo-1.2.3/ipfs"));
    assertThat(build("XDG_CACHE_HOME", "relative").binary()).isEqualTo(binary);
  }

  @Test
  void aBuildThatFailsHasTheLastWordAndLeavesNoBinary() throws Exception {
    go("1.26.8", "local", "echo half > \"$6\"", "echo 'x.go:1: undefined: y'", "exit 1");
    assertThatThrownBy(() -> build().build(line -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot build Kubo: Go ended with 1\nx.go:1: undefined: y\n")
        .hasMessageContaining("Go's whole answer is in ")
        .hasMessageEndingWith("build.log.");
    assertThat(build().isBuilt()).isFalse();
  }

  @Test
  void withoutGoOrWithAnOldOneItSaysWhatToDo() throws Exception {
    String install = "\nInstall Go 1.26.5 or newer: https://go.dev/doc/install";
    String empty = Files.createDirectories(folder.resolve("empty")).toString();
    assertThatThrownBy(() -> build("PATH", empty).checkGo())
        .hasMessage("Cannot build Kubo: there is no go on the path" + install);
    go("1.22.1", "local");
    assertThatThrownBy(() -> build().build(line -> {}))
        .hasMessage(
            "Cannot build Kubo: expected Go 1.26.5 or newer, found 1.22.1 ("
                + bin.resolve("go")
                + ")"
                + install);
    go("1.19", "");
    assertThatThrownBy(() -> build().checkGo()).hasMessageContaining("found 1.19 ");
    go("1.22.1", "auto");
    assertThat(build().checkGo()).isEqualTo("Go 1.22.1, which fetches 1.26.5 itself");
    go("1.27rc1", "local");
    assertThat(build().checkGo()).isEqualTo("Go 1.27rc1");
  }

  @Test
  void versionsAreComparedByNumber() {
    assertThat(KuboBuild.compare("1.26.10", "1.26.9")).isPositive();
    assertThat(KuboBuild.compare("1.9", "1.26.5")).isNegative();
    assertThat(KuboBuild.compare("1.26", "1.26.0")).isZero();
  }
}
