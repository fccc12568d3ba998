package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schemas out of a folder. */
class EventSchemasIT {
  @TempDir private Path folder;

  @Test
  void theSchemasOfAFolderAreKnownBesideOurs() throws IOException {
    Files.writeString(folder.resolve("older.avsc"), Writers.OLDER.toString(true));
    Files.writeString(folder.resolve("newer.avsc"), Writers.NEWER.toString());
    Files.writeString(folder.resolve("notes.txt"), "no schema");
    EventSchemas schemas = EventSchemas.builtIn().and(folder);
    for (Schema each : new Schema[] {EventCodec.SCHEMA, Writers.OLDER, Writers.NEWER}) {
      assertThat(schemas.find(SchemaNormalization.parsingFingerprint64(each))).contains(each);
    }
    assertThat(EventSchemas.builtIn().find(1)).isEmpty();
  }

  @Test
  void aFileThatIsNoSchemaIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("broken.avsc"), "{\"type\":\"rec\"}");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> EventSchemas.builtIn().and(folder))
        .withMessageStartingWith("Cannot read schema " + file + ": ");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("one.avsc"), Writers.OLDER.toString());
    for (Path none : new Path[] {folder.resolve("none"), file}) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> EventSchemas.builtIn().and(none))
          .withMessage("Cannot read schemas in " + none + ": there is no such folder");
    }
  }
}
