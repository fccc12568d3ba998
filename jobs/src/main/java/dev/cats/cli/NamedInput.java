package dev.cats.cli;

import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.UnixFs;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * An input that is named by the CID of its content, as {@code ipfs add} prints it. It is fetched
 * from a store, chunk by chunk, each of which is hashed, into a file of this machine that is named
 * after it; BOMs name that CID as the origin of each record.
 *
 * <p>One content has one CID under the profile {@code unixfs-v1-2025}, and others where it was cut
 * or linked in another way. Such a file is refused, as its records would go back to a CID that
 * nobody asked for.
 */
final class NamedInput {
  private static final String SCHEME = "ipfs://";

  private NamedInput() {}

  /** The CID in {@code ipfs://CID}, {@code /ipfs/CID} or {@code CID}. */
  static Optional<Cid> cid(String input) {
    String text = input.startsWith(SCHEME) ? input.substring(SCHEME.length()) : input;
    text = text.startsWith("/ipfs/") ? text.substring("/ipfs/".length()) : text;
    try {
      return Optional.of(Cid.parse(text));
    } catch (DecodeException e) {
      if (input.startsWith(SCHEME)) {
        throw Failure.usage(
            "Invalid --input %s: %s".formatted(input, e.getMessage()),
            "Expected ipfs://CID, with the CID of a file.",
            e);
      }
      return Optional.empty();
    }
  }

  /** The file in this folder that has this content, fetched where it is not there yet. */
  static Path in(Path folder, Cid content, BlockStore from) throws IOException {
    Path file = folder.resolve(content.toString());
    if (Files.exists(file) && content.equals(hash(file))) {
      return file;
    }
    Files.createDirectories(folder);
    Path part = Files.createTempFile(folder, content.toString(), ".part");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
        UnixFs.cat(content, from, out);
      }
      Cid found = hash(part);
      if (!found.equals(content)) {
        throw Failure.usage(
            "Cannot use %s as input: under profile unixfs-v1-2025 its content is %s, which BOMs would name"
                .formatted(content, found),
            "Add it as that: ipfs config profile apply unixfs-v1-2025, and ipfs add FILE.");
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      return file;
    } catch (DecodeException e) {
      throw Failure.usage(
          "Cannot use %s as input: %s".formatted(content, e.getMessage()),
          "Name a file, by the CID that `ipfs add` prints.",
          e);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static Cid hash(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return UnixFs.file(in, UnixFs.Sink.NONE);
    }
  }
}
