package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.connector.Ports;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An object store that is not as it should be, and commits that were interrupted on it. */
class S3FaultsIT {
  private static final String REFUSED =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>InvalidAccessKeyId</Code>"
          + "<Message>The key does not exist in our records.</Message><RequestId>1</RequestId></Error>";

  private static S3Mock server;

  private final String location = S3Mock.newStore();
  private final Block block = Block.of(Cid.RAW, Bytes.wrap(new byte[100_000]));

  @BeforeAll
  static void start() throws Exception {
    server = S3Mock.start();
  }

  @AfterAll
  static void stop() throws Exception {
    S3Mock.forget();
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void use() throws IOException {
    S3Mock.use(server.settings());
  }

  private BlockStore store() throws IOException {
    return BlockStores.open(location);
  }

  private void seal(String name) throws IOException {
    try (SegmentWriter writer = store().newSegment(name)) {
      writer.append(block);
      writer.seal();
    }
  }

  private Path path(String file) {
    return new Path(location + "/" + file);
  }

  private FileSystem files() throws IOException {
    return FileSystem.get(URI.create(location));
  }

  /** What a rename does first, there. */
  private void copy(String from, String to) throws IOException {
    try (InputStream in = files().open(path(from));
        OutputStream out = files().create(path(to), FileSystem.WriteMode.OVERWRITE)) {
      in.transferTo(out);
    }
  }

  private void delete(String file) throws IOException {
    assertThat(files().delete(path(file), false)).isTrue();
  }

  private void committed(String name) throws IOException {
    store().commit(name);
    assertThat(store().get(block.cid())).contains(block);
    assertThat(store().inspect()).isEmpty();
    assertThat(files().exists(path("staged/" + name + ".car"))).isFalse();
    store().commit(name);
    assertThat(((CarFolderBlockStore) store()).segments()).containsExactly(name);
  }

  @Test
  void aCommitGoesOnFromWhereverItWasInterrupted() throws IOException {
    seal("a");
    copy("staged/a.car", "segments/a.car");
    assertThat(store().has(block.cid())).isFalse();
    committed("a");
  }

  @Test
  void aCommitGoesOnWhenTheArchiveIsMoved() throws IOException {
    seal("b");
    copy("staged/b.car", "segments/b.car");
    delete("staged/b.car");
    assertThat(store().has(block.cid())).isFalse();
    committed("b");
  }

  @Test
  void aCommitIsDoneWhenTheIndexIsCopied() throws IOException {
    seal("c");
    copy("staged/c.car", "segments/c.car");
    delete("staged/c.car");
    copy("staged/c.idx", "segments/c.idx");
    assertThat(store().has(block.cid())).isTrue();
    committed("c");
  }

  @Test
  void aCommitMakesAnIndexThatIsMissing() throws IOException {
    seal("d");
    delete("staged/d.idx");
    committed("d");
  }

  @Test
  void aSealThatWasInterruptedIsNotASeal() throws IOException {
    seal("e");
    copy("staged/e.car", "staged/e.car.part");
    delete("staged/e.car");
    assertThatIOException()
        .isThrownBy(() -> store().commit("e"))
        .withMessage("Cannot commit segment e: it is not sealed");
    assertThat(store().has(block.cid())).isFalse();
  }

  @Test
  void anObjectThatWasAlteredIsRefusedByTheHashOfItsBlock() throws IOException {
    seal("altered");
    store().commit("altered");
    change(bytes -> bytes[bytes.length - 7] ^= 1);
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> store().get(block.cid()))
        .withMessageContaining("Cannot read block " + block.cid())
        .withMessageContaining("its bytes do not match its hash")
        .withMessageContaining("segments/altered.car");
    assertThat(store().inspect()).hasSize(1);
  }

  @Test
  void anObjectThatWasCutIsRefused() throws IOException {
    seal("cut");
    store().commit("cut");
    byte[] whole = files().open(path("segments/cut.car")).readAllBytes();
    try (OutputStream out =
        files().create(path("segments/cut.car"), FileSystem.WriteMode.OVERWRITE)) {
      out.write(whole, 0, whole.length - 1000);
    }
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> store().get(block.cid()))
        .withMessageContaining("the segment ends in the middle of it");
    assertThat(store().inspect()).hasSize(1);
  }

  private interface Change {
    void of(byte[] bytes);
  }

  /** Changes the archive on the server's own disk, behind its back. */
  private void change(Change change) throws IOException {
    byte[] archive = files().open(path("segments/altered.car")).readAllBytes();
    for (java.nio.file.Path each : server.contents()) {
      byte[] content = Files.readAllBytes(each);
      if (Arrays.equals(content, archive)) {
        change.of(content);
        Files.write(each, content);
      }
    }
  }

  @Test
  void aBucketThatIsNotThereIsNamed() throws IOException {
    BlockStore missing = BlockStores.open("s3://no-such-bucket/store");
    assertThatIOException()
        .isThrownBy(missing::checkReadable)
        .withMessage(
            "Cannot use s3://no-such-bucket/store: there is no such bucket. Make it, or check its name and the setting s3.endpoint");
    assertThatIOException()
        .isThrownBy(() -> missing.lock("me"))
        .withMessageContaining("s3://no-such-bucket/store")
        .withMessageContaining("there is no such bucket");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() throws IOException {
    assertThatIOException()
        .isThrownBy(() -> store().checkReadable())
        .withMessage(
            "Cannot use folder %s: there is no such folder. Check the path; a run makes one"
                .formatted(location));
  }

  @Test
  void credentialsThatAreRefusedAreNotRepeated() throws IOException {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint())) {
      proxy.always("HTTP", FaultyProxy.answer(403, REFUSED));
      S3Mock.use(server.settings(proxy.uri()));
      assertThatIOException()
          .isThrownBy(() -> store().head())
          .withMessageStartingWith(
              "Cannot read %s/HEAD: the object store refuses access (403, ".formatted(location))
          .withMessageContaining("Check s3.access-key and s3.secret-key, or AWS_ACCESS_KEY_ID")
          .satisfies(
              e -> {
                for (Throwable at = e; at != null; at = at.getCause()) {
                  assertThat(at.toString()).doesNotContain(server.secret());
                }
              });
    }
  }

  @Test
  void anEndpointThatIsAwayIsNamed() throws IOException {
    URI nobody = URI.create("http://127.0.0.1:" + new Ports(20_000, 29_999).free());
    S3Mock.use(server.settings(nobody));
    assertThatIOException()
        .isThrownBy(() -> store().checkReadable())
        .withMessageStartingWith(
            "Cannot use %s: the object store does not answer (".formatted(location))
        .withMessageContaining(Integer.toString(nobody.getPort()))
        .withMessageContaining("Check the setting s3.endpoint and whether it runs");
  }

  @Test
  void answersThatAreNoneAreAskedForAgain() throws IOException {
    seal("again");
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint())) {
      Map<String, String> patient = new HashMap<>(server.settings(proxy.uri()));
      patient.put("s3.attempts.maximum", "10");
      S3Mock.use(patient);
      proxy.next("HTTP", FaultyProxy.answer(503, ""), FaultyProxy.answer(500, ""));
      committed("again");
    }
  }

  @Test
  void withoutThePluginItSaysHowToGetIt(@TempDir java.nio.file.Path none) throws IOException {
    FileSystemPlugins.load(none, new Configuration());
    assertThatIOException()
        .isThrownBy(this::store)
        .withMessage(
            "Cannot use %s: Flink's plugin for s3 is not here. Fetch it with `mvn -q -pl connectors/file-systems package`; on a cluster, put it into Flink's plugins folder"
                .formatted(location));
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("gs://bucket/store"))
        .withMessageContaining("package -Dplugin.artifact=flink-gs-fs-hadoop`");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("abfss://c@a.dfs.core.windows.net/store"))
        .withMessageContaining("package -Dplugin.artifact=flink-azure-fs-hadoop`");
  }

  @Test
  void credentialsInAUriAreRefusedAndNotRepeated() {
    for (String uri :
        new String[] {
          "s3://AKIDEXAMPLE:wJalrXUtnFEMI@bucket/store",
          "s3://AKIDEXAMPLE@bucket/store",
          "s3://AKIDEXAMPLE:wJalr/XUtnFEMI@bucket/store",
          "s3://bucket/store?secret=wJalrXUtnFEMI",
          "abfss://container:wJalrXUtnFEMI@account.host/store"
        }) {
      assertThatIOException()
          .isThrownBy(() -> BlockStores.open(uri))
          .withMessageStartingWith("Invalid URI of scheme ")
          .withMessageContaining("Credentials are settings")
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("wJalr", "AKIDEXAMPLE"));
    }
  }
}
