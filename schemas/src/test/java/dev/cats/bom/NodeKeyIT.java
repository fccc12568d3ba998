package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeKeyIT {
  @TempDir Path folder;

  @Test
  void firstUseMakesAKeyThatOnlyItsOwnerReadsAndLaterUseFindsIt() throws IOException {
    Path file = folder.resolve("deep/er/node.key");
    NodeKey made = NodeKey.loadOrCreate(file);
    assertThat(NodeKey.loadOrCreate(file).did()).isEqualTo(made.did());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void processesThatStartTogetherUseOneKey() throws Exception {
    Path file = folder.resolve("node.key");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Callable<String> start = () -> NodeKey.loadOrCreate(file).did();
      List<String> names =
          threads.invokeAll(Collections.nCopies(8, start)).stream().map(NodeKeyIT::done).toList();
      assertThat(names).containsOnly(NodeKey.load(file).did());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aKeyIsNeverOverwritten() throws IOException {
    Path file = folder.resolve("node.key");
    String kept = NodeKey.loadOrCreate(file).did();
    assertThatThrownBy(() -> NodeKey.generate().save(file))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(NodeKey.load(file).did()).isEqualTo(kept);
  }

  @Test
  void aKeyOfOpensslIsRead() throws IOException {
    assertThat(NodeKey.load(write(Samples.PEM, "rw-------")).did()).isEqualTo(Samples.KEY.did());
    assertThat(NodeKey.load(write(Samples.PEM.replace("\n", "\r\n"), "r--------")).did())
        .isEqualTo(Samples.KEY.did());
  }

  @Test
  void aKeyThatOthersMayReadIsRefused() throws IOException {
    Path file = write(Samples.PEM, "rw-r-----");
    assertThatThrownBy(() -> NodeKey.load(file))
        .hasMessage(
            "Cannot use node key %s: others may read or change it (rw-r-----); run: chmod 600 %s",
            file, file);
  }

  @Test
  void whatIsNoKeyIsRefused() throws IOException {
    String rsa =
        "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEA\n"
            + "-----END PRIVATE KEY-----\n";
    refuses("", "an empty file");
    refuses("hello", "something else");
    refuses(rsa, "a private key of another kind, or a damaged one");
    refuses(Samples.PEM.replace("MC4C", "M"), "a private key of another kind, or a damaged one");
    refuses(Samples.PEM.replace("PRIVATE", "PUBLIC"), "\"-----BEGIN PUBLIC KEY-----\"");
    refuses(
        Samples.PEM.replace("PRIVATE", "ENCRYPTED PRIVATE"),
        "\"-----BEGIN ENCRYPTED PRIVATE KEY-----\"");
  }

  @Test
  void whatIsNoFileIsRefused() {
    assertThatThrownBy(() -> NodeKey.load(folder))
        .hasMessage("Cannot read node key %s: it is a directory", folder);
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> NodeKey.load(missing))
        .hasMessage("Cannot read node key %s: there is no such file", missing);
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Path below = file.resolve("node.key");
    assertThatThrownBy(() -> NodeKey.loadOrCreate(below))
        .isInstanceOf(IOException.class)
        .hasMessage("Cannot write node key %s: %s is not a directory", below, file);
  }

  private void refuses(String content, String found) throws IOException {
    Path file = write(content, "rw-------");
    assertThatThrownBy(() -> NodeKey.load(file))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot use node key %s: expected an Ed25519 private key (PKCS#8 PEM, unencrypted),"
                + " found %s",
            file, found);
  }

  private Path write(String content, String rights) throws IOException {
    Path file = Files.createTempFile(folder, "node", ".key");
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
    return file;
  }

  private static String done(Future<String> future) {
    try {
      return future.get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
