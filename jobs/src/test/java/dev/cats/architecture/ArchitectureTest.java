package dev.cats.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What may know what: jobs → connectors, ray-bridge, operators → schemas, and how the tree is laid
 * out.
 */
class ArchitectureTest {
  private static final Path ROOT = Path.of(System.getProperty("cats.root"));

  /** The modules in the order in which the data flows, with the packages that they hold. */
  private static final String[] SCHEMAS = {
    "dev.cats.content..", "dev.cats.bom..", "dev.cats.event..", "dev.cats.stage.."
  };

  private static final String[] OPERATORS = {
    "dev.cats.step..",
    "dev.cats.memo..",
    "dev.cats.initiative..",
    "dev.cats.lot..",
    "dev.cats.egress..",
    "dev.cats.lineage..",
    "dev.cats.replay..",
    "dev.cats.transfer..",
    "dev.cats.supply..",
    "dev.cats.retention.."
  };

  private static final String[] CONNECTORS = {"dev.cats.connector.."};

  /** Gateways too, which run in JVMs of their own. */
  private static final String[] RAY = {"dev.cats.ray.."};

  private static final String[] JOBS = {
    "dev.cats.cli..", "dev.cats.feed..", "dev.cats.job..", "dev.cats.service..", "dev.cats.bench.."
  };

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.cats");

  @Test
  void jobsKnowConnectorsAndRayAndOperatorsWhichKnowSchemasOnly() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("schemas")
        .definedBy(SCHEMAS)
        .layer("operators")
        .definedBy(OPERATORS)
        .layer("connectors")
        .definedBy(CONNECTORS)
        .layer("ray")
        .definedBy(RAY)
        .layer("jobs")
        .definedBy(JOBS)
        .whereLayer("jobs")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("connectors")
        .mayOnlyBeAccessedByLayers("jobs")
        .whereLayer("ray")
        .mayOnlyBeAccessedByLayers("jobs")
        .whereLayer("operators")
        .mayOnlyBeAccessedByLayers("jobs")
        .whereLayer("schemas")
        .mayNotAccessAnyLayer()
        .check(OURS);
  }

  @Test
  void everyClassIsInAPackageThatAModuleHolds() {
    String[] known =
        Stream.of(SCHEMAS, OPERATORS, CONNECTORS, RAY, JOBS)
            .flatMap(Stream::of)
            .toArray(String[]::new);
    classes().should().resideInAnyPackage(known).check(OURS);
  }

  @Test
  void everyModuleHoldsItsOwnPackages() throws IOException {
    assertThat(topPackages("schemas")).isEqualTo(names(SCHEMAS));
    assertThat(topPackages("operators")).isEqualTo(names(OPERATORS));
    assertThat(topPackages("connectors")).isEqualTo(names(CONNECTORS));
    assertThat(topPackages("ray-bridge/java")).isEqualTo(names(RAY));
    assertThat(names(JOBS)).containsAll(topPackages("jobs"));
  }

  @Test
  void schemasKnowNoFlink() {
    noClasses()
        .that(resideInAnyPackage(SCHEMAS))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.flink..")
        .check(OURS);
  }

  @Test
  void whoAsksAStoreKnowsNoFlink() {
    noClasses()
        .that()
        .resideInAPackage("dev.cats.replay..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.flink..")
        .check(OURS);
  }

  @Test
  void connectorsDoNotKnowEachOther() {
    slices().matching("dev.cats.connector.(*)..").should().notDependOnEachOther().check(OURS);
  }

  @Test
  void initiativesDoNotKnowTheCommandLine() {
    noClasses()
        .that()
        .resideInAPackage("dev.cats.job..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.cats.cli..")
        .check(OURS);
    slices().matching("dev.cats.job.(*)..").should().notDependOnEachOther().check(OURS);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.cats.(**)").should().beFreeOfCycles().check(OURS);
  }

  @Test
  void packagesAreNounsOfTheDomain() {
    noClasses()
        .should()
        .resideInAnyPackage("..util..", "..common..", "..impl..", "..manager..", "..helper..")
        .orShould()
        .haveNameMatching(".*\\.(Abstract\\w*|\\w*(Impl|Utils?|Manager|Helper))")
        .check(OURS);
    classes()
        .should()
        .haveNameMatching("dev\\.cats(\\.[a-z]+){1,2}\\.([A-Z].*|package-info)")
        .check(OURS);
  }

  @Test
  void everyPackageSaysWhatItIs() throws IOException {
    Set<Path> silent = new TreeSet<>();
    for (String module :
        List.of(
            "schemas",
            "operators",
            "connectors",
            "ray-bridge/java",
            "ray-bridge/gateway",
            "ray-bridge/stages",
            "jobs")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .map(Path::getParent)
            .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
            .map(ROOT::relativize)
            .forEach(silent::add);
      }
    }
    assertThat(silent).as("packages without a package-info.java").isEmpty();
  }

  @Test
  void theTopLevelIsThatOfTheDesign() throws IOException {
    try (Stream<Path> entries = Files.list(ROOT)) {
      assertThat(
              entries
                  .filter(entry -> Files.exists(entry.resolve("README.md")))
                  .map(entry -> entry.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "schemas", "operators", "connectors", "ray-bridge", "jobs", "flink-conf", "k8s");
    }
    assertThat(
            Stream.of("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "cats", "pom.xml"))
        .allMatch(name -> Files.isRegularFile(ROOT.resolve(name)));
  }

  /** The packages right below {@code dev.cats} that a module has sources in. */
  private static Set<String> topPackages(String module) throws IOException {
    Path top = ROOT.resolve(module).resolve("src/main/java/dev/cats");
    try (Stream<Path> folders = Files.list(top)) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> "dev.cats." + folder.getFileName())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Set<String> names(String... patterns) {
    return Stream.of(patterns)
        .map(pattern -> pattern.replace("..", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
