package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreContract;
import java.nio.file.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.junit.jupiter.api.io.TempDir;

/** The same store through Flink's file systems, of which the local one stands for all. */
class FlinkFolderIT extends BlockStoreContract {
  @TempDir Path folder;

  @Override
  protected BlockStore openStore() {
    return new CarFolderBlockStore(
        new FlinkFolder(LocalFileSystem.getSharedInstance(), folder.resolve("cats-data").toUri()));
  }
}
