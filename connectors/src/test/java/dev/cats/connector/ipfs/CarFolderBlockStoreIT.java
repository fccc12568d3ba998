package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreContract;
import dev.cats.content.BlockStores;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarFolderBlockStoreIT extends BlockStoreContract {
  @TempDir Path folder;

  @Override
  protected BlockStore openStore() throws IOException {
    return BlockStores.open(folder.resolve("cats data").toUri());
  }

  @Test
  void isNamedByItsFolder() throws IOException {
    assertThat(openStore().describe()).isEqualTo("folder " + folder.resolve("cats data"));
  }
}
