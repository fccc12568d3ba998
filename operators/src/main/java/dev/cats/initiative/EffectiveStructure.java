package dev.cats.initiative;

import dev.cats.bom.Structure;
import dev.cats.egress.Prelude;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What a job runs on, as far as it can change results: the effective configuration, the versions,
 * the job jar. Where things lie (stores, folders, ports) and secrets are left out: two machines set
 * up alike are one structure.
 */
record EffectiveStructure(Structure document, Prelude.Artifact jar) {
  private static final List<String> PREFIXES =
      List.of(
          "cats.lot.",
          "execution.checkpointing.",
          "pipeline.",
          "state.backend.type",
          "state.backend.incremental",
          "state.backend.rocksdb.",
          "table.");

  private static final List<String> LEFT_OUT =
      List.of(
          "dir",
          "path",
          "jars",
          "classpaths",
          "name",
          "localdir",
          "storage",
          "password",
          "secret",
          "token",
          "key",
          "parameters");

  static EffectiveStructure of(StreamExecutionEnvironment env, Configuration configuration)
      throws IOException {
    SortedMap<String, String> settings = new TreeMap<>();
    configuration
        .toMap()
        .forEach(
            (key, value) -> {
              if (PREFIXES.stream().anyMatch(key::startsWith) && !leftOut(key)) {
                settings.put(key, value);
              }
            });
    settings.put("parallelism.default", Integer.toString(env.getParallelism()));
    SortedMap<String, String> versions = new TreeMap<>();
    versions.put("flink", EnvironmentInformation.getVersion());
    versions.put("java", Runtime.version().toString());
    Prelude.Artifact jar = Prelude.Artifact.of(DataInitiative.class);
    return new EffectiveStructure(
        Structure.flink(
            settings, versions, Optional.of(jar.cid()), Optional.empty(), Optional.empty()),
        jar);
  }

  private static boolean leftOut(String key) {
    String last = key.substring(key.lastIndexOf('.') + 1);
    for (String word : last.split("-", -1)) {
      if (LEFT_OUT.contains(word)) {
        return true;
      }
    }
    return false;
  }
}
