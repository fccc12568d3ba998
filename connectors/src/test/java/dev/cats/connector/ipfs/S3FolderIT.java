package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreContract;
import dev.cats.content.BlockStores;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The whole contract on an object store, through Flink's plugin for S3. */
class S3FolderIT extends BlockStoreContract {
  private static S3Mock server;

  private final String location = S3Mock.newStore();

  @BeforeAll
  static void start() throws Exception {
    server = S3Mock.start();
    S3Mock.use(server.settings());
  }

  @AfterAll
  static void stop() throws Exception {
    S3Mock.forget();
    if (server != null) {
      server.close();
    }
  }

  @Override
  protected BlockStore openStore() throws IOException {
    return BlockStores.open(location);
  }
}
