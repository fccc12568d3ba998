package dev.cats.connector.ipfs;

import dev.cats.bom.LineageLogs;
import dev.cats.content.Mirror;
import dev.cats.content.MirrorProvider;
import dev.cats.content.MirrorSettings;
import java.io.IOException;
import java.net.URI;

/** Lets a Kubo node, {@code kubo://HOST:PORT/NAME}, follow a folder of segments. */
public final class KuboMirrorProvider implements MirrorProvider {
  private final KuboProvider nodes = new KuboProvider();

  @Override
  public String form() {
    return "kubo://HOST:PORT/NAME";
  }

  @Override
  public boolean accepts(URI mirror) {
    return nodes.accepts(mirror);
  }

  @Override
  public Mirror open(URI store, MirrorSettings settings) throws IOException {
    CarFolderBlockStore.Provider folders = new CarFolderBlockStore.Provider();
    if (!folders.accepts(store)) {
      throw new IOException(
          "Cannot mirror store %s to %s: expected a folder of segments\nWhat is committed to another store of its own need not follow one."
              .formatted(LineageLogs.shown(store.toString()), LineageLogs.shown(settings.uri())));
    }
    Folder folder = folders.folder(store);
    return new KuboMirror(folder, nodes.open(URI.create(settings.uri()), folder), settings);
  }
}
