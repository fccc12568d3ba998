package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cats.content.BlockStore;
import dev.cats.content.StoreLockedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One store, two processes. */
class TwoProcessesIT {
  @TempDir Path folder;
  private CarFolderBlockStore store;

  @BeforeEach
  void open() {
    store = CarFolderBlockStore.at(folder);
  }

  @Test
  void theLockOfAnotherProcessIsNamedAndEndsWithIt() throws Exception {
    try (OtherProcess other = new OtherProcess(folder)) {
      assertThat(other.ask("lock run of usgs-seismology")).isEqualTo("locked");
      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> store.lock("me"))
          .withMessage(
              "Cannot write to folder %s: it is in use by run of usgs-seismology (process %d). Wait for it to end or stop it, or choose another store"
                  .formatted(folder, other.pid()));
      other.kill();
      store.lock("me").close();
    }
  }

  @Test
  void whoIsRefusedInThisProcessDoesNotTakeTheLockAway() throws Exception {
    try (OtherProcess other = new OtherProcess(folder);
        BlockStore.Lock held = store.lock("the first")) {
      assertThat(held).isNotNull();
      for (int i = 0; i < 3; i++) {
        assertThatExceptionOfType(StoreLockedException.class)
            .isThrownBy(
                () ->
                    CarFolderBlockStore.at(folder.resolve("../" + folder.getFileName()))
                        .lock("the second"))
            .withMessageContaining(
                "it is in use by the first (process " + ProcessHandle.current().pid() + ")");
        store.check();
        assertThat(other.ask("lock other"))
            .isEqualTo("the first (process " + ProcessHandle.current().pid() + ")");
      }
    }
  }

  @Test
  void aLockThatSomebodyElseInThisProcessHoldsGivesTheSameMessage() throws IOException {
    Path file = Files.writeString(folder.resolve("lock"), "a tool of another kind\n");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> store.lock("me"))
          .withMessageContaining("it is in use by a tool of another kind. ");
    }
    store.lock("me").close();
  }

  @Test
  void aReaderSeesWhatAnotherProcessCommits() throws Exception {
    try (OtherProcess other = new OtherProcess(folder)) {
      for (String name : new String[] {"one", "two", "three"}) {
        assertThat(store.get(OtherProcess.block(name).cid())).isEmpty();
        assertThat(other.ask("commit " + name)).isEqualTo("committed");
        assertThat(store.get(OtherProcess.block(name).cid())).contains(OtherProcess.block(name));
      }
    }
  }

  @Test
  void whatAKilledProcessSealedIsCommittedByThisOne() throws Exception {
    try (OtherProcess other = new OtherProcess(folder)) {
      assertThat(other.ask("seal orphan")).isEqualTo("sealed");
      other.kill();
    }
    assertThat(store.get(OtherProcess.block("orphan").cid())).isEmpty();
    store.commit("orphan");
    assertThat(store.get(OtherProcess.block("orphan").cid()))
        .contains(OtherProcess.block("orphan"));
  }
}
