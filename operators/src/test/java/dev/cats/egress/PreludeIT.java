package dev.cats.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.DagCbor;
import dev.cats.content.MemoryBlockStore;
import dev.cats.content.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreludeIT {
  private final String name = "prelude-" + UUID.randomUUID();
  private final MemoryBlockStore store = MemoryBlockStore.named(name);
  @TempDir Path folder;

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
  }

  private static Prelude prelude(Prelude.Artifact artifact) {
    return new Prelude(
        List.of(Prelude.Document.of(DagCbor.block(Node.of("order")))), List.of(artifact, artifact));
  }

  @Test
  void artifactsAndDocumentsAreStoredOnce() throws IOException {
    Path file = Files.writeString(folder.resolve("feed.json"), "x".repeat(3_000_000));
    Prelude.Artifact artifact = Prelude.Artifact.of(file.toUri());
    Prelude prelude = prelude(artifact);
    assertThat(prelude.artifactCids()).containsExactly(artifact.cid());

    prelude.store(store, "one");
    assertThat(store.has(artifact.cid())).isTrue();
    assertThat(store.segments()).containsExactly("one");
    Files.delete(file);
    // It is all there: the file is not asked for again, and no segment is written.
    prelude.store(store, "two");
    assertThat(store.segments()).containsExactly("one");
  }

  @Test
  void ofAFileThatLostABlockToAPruneTheBlockIsStoredAgain() throws IOException {
    Path one = Files.writeString(folder.resolve("one"), "x".repeat(1 << 20));
    Path two = Files.writeString(folder.resolve("two"), "x".repeat((1 << 20) + 5));
    Prelude.Artifact small = Prelude.Artifact.of(one.toUri());
    Prelude.Artifact large = Prelude.Artifact.of(two.toUri());
    prelude(small).store(store, "one");
    prelude(large).store(store, "two");
    store.drop("one"); // which holds the first block of the large file too
    assertThat(store.has(large.cid())).isTrue();
    prelude(large).store(store, "three");
    assertThat(store.has(small.cid())).isTrue();
    assertThat(store.segments()).containsExactly("three", "two");
  }

  @Test
  void aFileThatChangedSinceTheJobWasSubmittedIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("feed.json"), "before");
    Prelude.Artifact artifact = Prelude.Artifact.of(file.toUri());
    Files.writeString(file, "after");
    Prelude.Artifact changed = Prelude.Artifact.of(file.toUri());

    assertThatThrownBy(() -> prelude(artifact).store(store, "one"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot store "
                + file.toUri()
                + ": it changed since the job was submitted\n  expected "
                + artifact.cid()
                + "\n  found    "
                + changed.cid());
    assertThat(store.segments()).isEmpty();
    assertThat(store.has(changed.cid())).isFalse();
  }

  @Test
  void aFileThatIsGoneSinceTheJobWasSubmittedIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("feed.json"), "before");
    Prelude prelude = prelude(Prelude.Artifact.of(file.toUri()));
    String uri = file.toUri().toString();
    Files.delete(file);
    assertThatThrownBy(() -> prelude.store(store, "one"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot store "
                + uri
                + ", which the BOMs of this job name: it is gone since the job was submitted; put it"
                + " back, or submit the job again");
  }

  @Test
  void theCodeOfAClassIsFoundOnAnyMachine() throws IOException {
    Prelude.Artifact code = Prelude.Artifact.of(Prelude.class);
    assertThat(code.location()).isEqualTo("class:dev.cats.egress.Prelude");
    prelude(code).store(store, "one");
    assertThat(store.has(code.cid())).isTrue();
    Prelude.Artifact gone = new Prelude.Artifact(DagCbor.block(Node.of("x")).cid(), "class:a.Gone");
    assertThatThrownBy(() -> prelude(gone).store(store, "two"))
        .hasMessage("Cannot find the jar of class a.Gone: not in the job");
  }
}
