package dev.cats.cli;

import dev.cats.connector.ipfs.FileSystemPlugins;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which store, and what in it: the words that every command reads alike. */
final class StoreOption {
  static final String DEFAULT = "cats-data";

  /** A path, unless it begins as a URI does. One letter before the colon is a drive. */
  static final String URI_FORM = "[A-Za-z][A-Za-z0-9+.-]+:.*";

  @Option(
      names = "--store",
      paramLabel = "DIR",
      defaultValue = DEFAULT,
      description =
          "The block store: a folder, or a URI such as s3://bucket/cats. Default: ${DEFAULT-VALUE}")
  private String location = DEFAULT;

  String location() {
    return location;
  }

  /** Takes another store than the option says. */
  void use(String other) {
    location = other;
  }

  /** The store as a URI; a relative path is relative to where the user is. */
  URI uri() {
    if (location.isBlank()) {
      throw Failure.usage(
          "Invalid --store: expected a folder or a URI, found nothing", "Try: --store " + DEFAULT);
    }
    try {
      if (location.matches(URI_FORM)) {
        FlinkFiles.use(Map.of(), location);
        URI uri = new URI(location);
        FileSystemPlugins.requireNoCredentials(uri);
        return uri;
      }
      return Path.of(location).toAbsolutePath().normalize().toUri();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException | InvalidPathException e) {
      throw Failure.usage(
          "Cannot open store " + location + ": " + e.getMessage(),
          "Expected a folder or a URI after --store.",
          e);
    }
  }

  /** Opens a store to ask it; one that is not there is not made. */
  BlockStore open() throws IOException {
    URI uri = uri();
    if ("file".equals(uri.getScheme())) {
      Path folder = Path.of(uri);
      if (!Files.isDirectory(folder)) {
        throw Failure.usage(
            "Cannot open store %s: %s"
                .formatted(
                    location,
                    Files.exists(folder)
                        ? "it is a file, not a folder"
                        : "there is no such folder"),
            "Name another with --store DIR, or make one: ./cats demo" + option());
      }
    }
    BlockStore store = BlockStores.open(uri);
    try {
      store.checkReadable();
    } catch (IOException e) {
      store.close();
      throw e;
    }
    return store;
  }

  /** Opens the store of another option, which is named in the same way. */
  static BlockStore opened(String location) throws IOException {
    FlinkFiles.use(Map.of(), location);
    return BlockStores.open(location);
  }

  /** Opens a store to add to it; one that is not there is made by whoever locks it. */
  BlockStore openToAdd() throws IOException {
    return BlockStores.open(uri());
  }

  /** What HEAD names. */
  Cid head(BlockStore store, String verb) throws IOException {
    return store
        .head()
        .orElseThrow(
            () ->
                Failure.usage(
                    "Cannot %s HEAD: %s has no manifest yet".formatted(verb, store.describe()),
                    "A run makes one with each checkpoint: ./cats demo" + option()));
  }

  /** A CID as written, or HEAD. */
  Cid target(BlockStore store, String text, String verb) throws IOException {
    if (text.equals("HEAD") || ViaOption.isName(text)) {
      return head(store, verb);
    }
    try {
      return Cid.parse(text);
    } catch (DecodeException e) {
      throw Failure.usage(
          "Cannot %s %s: %s".formatted(verb, text, e.getMessage()),
          "Expected a CID, which `./cats log%s` prints, or HEAD.".formatted(option()),
          e);
    }
  }

  Failure unknown(BlockStore store, Cid cid, String verb) throws IOException {
    if (store.wasPruned(cid)) {
      return Failure.usage(
          "Cannot %s %s: it was pruned from %s".formatted(verb, cid, store.describe()),
          "From a store that still has it: ./cats fetch %s --from STORE%s"
              .formatted(cid, option()));
    }
    return Failure.usage(
        "Cannot %s %s: %s does not hold it".formatted(verb, cid, store.describe()),
        "See what it holds: ./cats log%s. Another store: --store DIR.".formatted(option()));
  }

  /** The option as it has to be given again, for the commands that messages suggest. */
  String option() {
    if (location.equals(DEFAULT)) {
      return "";
    }
    return " --store " + (location.matches(".*[?&;].*") ? "'" + location + "'" : location);
  }
}
