package dev.cats.ray.local;

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

/** How Ray is installed, with scripts in the place of Python. */
class RayBuildIT {
  private static final String INSTALL =
      "\nInstall Python 3.11: https://www.python.org/downloads, or the packages python3.11 and python3.11-venv";

  @TempDir private Path folder;
  private Path root;
  private Path bin;
  private Path runs;

  @BeforeEach
  void makeAProject() throws IOException {
    root = folder.resolve("root");
    bin = Files.createDirectories(folder.resolve("bin"));
    runs = folder.resolve("runs");
    require("numpy==1.2.3\nray==4.5.6\n");
  }

  private void require(String requirements) throws IOException {
    Path sources = Files.createDirectories(root.resolve("ray-bridge/python"));
    Files.writeString(sources.resolve("requirements.txt"), requirements);
  }

  /** A Python that says it has this version; the one of its environments runs these lines. */
  private void python(String name, String version, String... pip) throws IOException {
    Path inner = folder.resolve("inner");
    script(inner, pip);
    script(
        bin.resolve(name),
        "if [ \"$1\" = -c ]; then echo '" + version + "'; exit 0; fi",
        "echo \"$1 $2\" >> '" + runs + "'",
        "mkdir -p \"$3/bin\" && cp '" + inner + "' \"$3/bin/python\"");
  }

  private static void script(Path file, String... lines) throws IOException {
    List<String> all = new ArrayList<>(List.of("#!/bin/sh", "PATH=/usr/bin:/bin"));
    all.addAll(List.of(lines));
    Files.write(file, all);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private RayBuild build(String... more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", bin.toString());
    environment.put("HOME", folder.resolve("home").toString());
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return RayBuild.of(root, environment);
  }

  @Test
  void itIsInstalledOnceIntoTheCacheByOneAtATime() throws Exception {
    python(
        "python3.11",
        "3.11.9",
        "echo \"$1 $2 $3\" >> '" + runs + "'",
        "echo Collecting ray==4.5.6 \"(from -r x)\"",
        "sleep 1");
    List<String> said = Collections.synchronizedList(new ArrayList<>());
    assertThat(build().isBuilt()).isFalse();
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      Callable<Path> task = () -> build().build(said::add);
      for (Future<Path> built : pool.invokeAll(List.of(task, task, task))) {
        assertThat(built.get(60, TimeUnit.SECONDS)).isEqualTo(build().python());
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(build().isBuilt()).isTrue();
    assertThat(runs).hasContent("-m venv\n-m pip install");
    assertThat(said).hasSize(3);
    assertThat(said.get(0))
        .startsWith("Installing Ray 4.5.6 for Python 3.11.9 (once, ")
        .endsWith("into " + build().folder());
    assertThat(said.get(1)).isEqualTo("  Collecting ray==4.5.6");
    assertThat(said.get(2)).startsWith("Installed Ray in 0 min ");
    assertThat(build().folder().getParent()).isEqualTo(folder.resolve("home/.cache/cats"));
    assertThat(build("XDG_CACHE_HOME", folder.resolve("other").toString()).folder())
        .startsWithRaw(folder.resolve("other/cats"));
  }

  @Test
  void otherRequirementsAreAnotherEnvironment() throws Exception {
    Path before = build().folder();
    require("numpy==1.2.4\nray==4.5.6\n");
    assertThat(build().folder()).isNotEqualTo(before);
    assertThat(build().folder().getFileName().toString()).matches("ray-4\\.5\\.6-[0-9a-f]{12}");
  }

  @Test
  void morePackagesAreAnEnvironmentOfTheirOwn() throws Exception {
    python("python3.11", "3.11.9", "echo \"$7 $8 $9 ${10}\" >> '" + runs + "'");
    Path more = Files.writeString(folder.resolve("more.txt"), "scipy==1.2.3\n");
    assertThat(build().with(more).folder())
        .isEqualTo(build(RayBuild.REQUIREMENTS, more.toString()).folder())
        .isNotEqualTo(build().folder());
    build().with(more).build(line -> {});
    assertThat(build().isBuilt()).isFalse();
    assertThat(runs)
        .hasContent(
            "-m venv\n--requirement %s/ray-bridge/python/requirements.txt --requirement %s"
                .formatted(root, more));
  }

  @Test
  void packagesInAFileThatIsNotThereAreNotLeftOut() {
    Path none = folder.resolve("none.txt");
    assertThatThrownBy(() -> build(RayBuild.REQUIREMENTS, none.toString()).isBuilt())
        .hasMessageStartingWith("Cannot read the packages to install with Ray in " + none)
        .hasMessageEndingWith("; name another file with CATS_RAY_REQUIREMENTS, or none");
  }

  @Test
  void oneThatIsHalfThereIsMadeAgain() throws Exception {
    python("python3.11", "3.11.9", "echo 'No matching distribution'", "exit 1");
    assertThatThrownBy(() -> build().build(line -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot install Ray: ")
        .hasMessageContaining(" -m pip ended with 1\nNo matching distribution\n")
        .hasMessageContaining("The whole answer is in ");
    assertThat(build().isBuilt()).isFalse();
    Path stale = Files.writeString(build().folder().resolve("stale"), "");
    python("python3.11", "3.11.9");
    build().build(line -> {});
    assertThat(build().isBuilt()).isTrue();
    assertThat(stale).doesNotExist();
  }

  @Test
  void withoutAPythonThatWillDoItSaysWhatToDo() throws Exception {
    String expected = "Cannot install Ray: expected Python 3.11 with its venv module: ";
    assertThatThrownBy(() -> build().checkPython())
        .hasMessage(expected + "there is none on the path" + INSTALL);
    python("python3", "3.9.2");
    assertThatThrownBy(() -> build().build(line -> {}))
        .hasMessage(expected + bin.resolve("python3") + " says \"3.9.2\"" + INSTALL);
    python("python3", "ModuleNotFoundError: No module named ensurepip");
    assertThatThrownBy(() -> build().checkPython()).hasMessageContaining("named ensurepip\"");
  }

  @Test
  void aPythonOfTheRightVersionIsTakenWhateverItIsCalled() throws Exception {
    python("python3", "3.12.4");
    assertThatThrownBy(() -> build().checkPython()).hasMessageContaining("says \"3.12.4\"");
    python("python3", "3.11.1");
    assertThat(build().checkPython()).isEqualTo("Python 3.11.1 (" + bin.resolve("python3") + ")");
    python("python3.11", "pyenv: python3.11: command not found");
    assertThat(build().checkPython()).startsWith("Python 3.11.1 ");
    python("python3.11", "3.11.9");
    assertThat(build().checkPython()).startsWith("Python 3.11.9 ");
  }

  @Test
  void everyPackageHasItsVersionAndNoRegistryIsNamed() throws Exception {
    Path project = Path.of(System.getProperty("cats.root"));
    assertThat(Files.readAllLines(project.resolve("ray-bridge/python/requirements.txt")))
        .isNotEmpty()
        .allMatch(line -> line.matches("[A-Za-z0-9._-]+==[A-Za-z0-9.]+"));
  }
}
