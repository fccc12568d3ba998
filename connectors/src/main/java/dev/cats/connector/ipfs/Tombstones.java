package dev.cats.connector.ipfs;

import dev.cats.content.Bytes;
import dev.cats.content.CarIndex;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DecodeException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Which blocks a store let go of: the indexes of segments that were pruned, in {@code pruned}.
 *
 * <p>Moving its index there is what prunes a segment: from then on it is not visible, and its
 * blocks are known to be pruned, in one step. The archive is deleted after that, and where a crash
 * came in between, {@link #tidy} does it:
 *
 * <pre>
 * segments: a.car a.idx   pruned:         there, with all of its blocks
 * segments: a.car         pruned: a.idx   pruned; the archive is still to be deleted
 * segments:               pruned: a.idx   pruned
 * </pre>
 *
 * <p>Small indexes are merged, so that a store that is pruned every day for years has few of them.
 * One that is damaged is left out: its blocks then count as missing, not as pruned.
 */
final class Tombstones {
  static final String PRUNED = "pruned";

  /** Merged up to so many blocks: 11 MB of index. */
  private static final int MERGED = 1 << 18;

  private final Folder folder;
  private Map<String, CarIndex> known = new HashMap<>();

  Tombstones(Folder folder) {
    this.folder = folder;
  }

  /** Whether a segment that was pruned held this block. */
  synchronized boolean hold(Cid cid) throws IOException {
    if (find(cid)) {
      return true;
    }
    Set<String> files = folder.list(PRUNED);
    if (known.keySet().equals(files)) {
      return false;
    }
    read(files, new ArrayList<>());
    return find(cid);
  }

  private boolean find(Cid cid) {
    return known.values().stream().anyMatch(index -> index.find(cid).isPresent());
  }

  private void read(Set<String> files, List<CorruptBlockException> damaged) throws IOException {
    Map<String, CarIndex> now = new HashMap<>();
    for (String file : files) {
      if (!file.endsWith(".idx")) {
        continue;
      }
      CarIndex index = known.get(file);
      try {
        now.put(file, index == null ? CarIndex.decode(folder.whole(PRUNED + "/" + file)) : index);
      } catch (DecodeException e) {
        damaged.add(damaged(file, e));
      } catch (NoSuchFileException e) {
        // Merged into another one since the list was read.
      }
    }
    known = now;
  }

  private CorruptBlockException damaged(String file, DecodeException e) throws IOException {
    Bytes index = folder.small(PRUNED + "/" + file).orElse(Bytes.EMPTY);
    return new CorruptBlockException(
        CorruptBlockException.Kind.INDEX,
        "Cannot read which blocks were pruned: "
            + PRUNED
            + "/"
            + file
            + " is damaged. Its blocks count as missing; delete it if they are not needed",
        folder.describe(),
        file.substring(0, file.length() - ".idx".length()),
        PRUNED + "/" + file,
        Cid.sha256(Cid.RAW, index),
        "an index that fits its own checksum",
        e.getMessage());
  }

  /** Prunes a segment, if it is there. */
  synchronized void bury(String segment) throws IOException {
    String visible = CarFolderBlockStore.visible(segment);
    String tombstone = PRUNED + "/" + segment + ".idx";
    if (folder.exists(visible + ".idx")) {
      folder.make(PRUNED);
      folder.delete(tombstone); // of a segment that was committed again
      folder.move(visible + ".idx", tombstone);
      folder.sync(PRUNED);
      folder.sync(CarFolderBlockStore.SEGMENTS);
    }
    if (folder.exists(tombstone)) {
      folder.delete(visible + ".car");
    }
  }

  /** Deletes archives whose index is here, and merges indexes. */
  synchronized void tidy() throws IOException {
    Set<String> archives = folder.list(CarFolderBlockStore.SEGMENTS);
    for (String file : folder.list(PRUNED)) {
      String name = file.replaceFirst("\\.idx$", "");
      if (archives.contains(name + ".car") && !archives.contains(name + ".idx")) {
        folder.delete(CarFolderBlockStore.visible(name) + ".car");
      }
    }
    read(folder.list(PRUNED), new ArrayList<>());
    merge();
  }

  private void merge() throws IOException {
    List<String> small = new ArrayList<>();
    long blocks = 0;
    for (Map.Entry<String, CarIndex> each : known.entrySet()) {
      if (blocks + each.getValue().size() <= MERGED) {
        small.add(each.getKey());
        blocks += each.getValue().size();
      }
    }
    if (small.size() < 2) {
      return;
    }
    List<CarIndex.Entry> entries = new ArrayList<>();
    long archive = 0;
    for (String file : small) {
      try {
        entries.addAll(known.get(file).entries());
      } catch (DecodeException e) {
        throw new IOException("Cannot read " + PRUNED + "/" + file + ": " + e.getMessage(), e);
      }
      archive = Math.max(archive, known.get(file).archiveSize());
    }
    String merged = "merged-" + UUID.randomUUID() + ".idx";
    folder.replace(PRUNED + "/" + merged, CarIndex.of(entries, archive).encode());
    for (String file : small) {
      folder.delete(PRUNED + "/" + file);
    }
    read(folder.list(PRUNED), new ArrayList<>());
  }

  /** What is damaged. */
  synchronized List<CorruptBlockException> inspect() throws IOException {
    List<CorruptBlockException> damaged = new ArrayList<>();
    known = new HashMap<>();
    read(folder.list(PRUNED), damaged);
    return damaged;
  }
}
