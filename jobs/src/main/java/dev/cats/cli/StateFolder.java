package dev.cats.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;

/**
 * Where a continuous run keeps its state between two starts: {@code checkpoints/} and {@code
 * savepoints/} of a folder. It goes on from the newest of both, which is the savepoint of a run
 * that was stopped, or the last checkpoint of one that was killed.
 */
record StateFolder(Path folder) {

  /** Sets where state goes to, and where it comes from. */
  void configure(Configuration configuration) throws IOException {
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, path("checkpoints").toUri().toString());
    configuration.set(
        CheckpointingOptions.SAVEPOINT_DIRECTORY, path("savepoints").toUri().toString());
    configuration.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    Optional<Path> newest = newest();
    if (newest.isPresent()) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, newest.get().toUri().toString());
      // Flink removes it once the run has a checkpoint of its own.
      configuration.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
    }
  }

  private Path path(String kind) {
    return folder.resolve(kind);
  }

  /** The newest complete checkpoint or savepoint: the one whose metadata was written last. */
  Optional<Path> newest() throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.endsWith("_metadata"))
          .max(Comparator.comparing(StateFolder::written))
          .map(Path::getParent);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static java.nio.file.attribute.FileTime written(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
