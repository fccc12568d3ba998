package dev.cats.connector.ipfs;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.CarIndex;
import dev.cats.content.CarWriter;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DecodeException;
import dev.cats.content.HashMismatchException;
import dev.cats.content.PrunableStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A visible segment: its index in memory, its blocks read where the index says and checked to the
 * last bit.
 */
final class CarSegment {
  private final Folder folder;
  private final String name;
  private final CarIndex index;

  private CarSegment(Folder folder, String name, CarIndex index) {
    this.folder = folder;
    this.name = name;
    this.index = index;
  }

  /** Reads the index; the exception says in what way it is damaged. */
  static CarSegment open(Folder folder, String name) throws IOException, DecodeException {
    return new CarSegment(
        folder, name, CarIndex.decode(folder.whole(CarFolderBlockStore.visible(name) + ".idx")));
  }

  String name() {
    return name;
  }

  CarIndex index() {
    return index;
  }

  /** The whole archive, as it is on the medium. */
  InputStream open() throws IOException {
    return folder.open(file());
  }

  PrunableStore.Segment contents() throws IOException {
    try {
      return new PrunableStore.Segment(
          name, index.archiveSize(), index.entries().stream().map(CarIndex.Entry::cid).toList());
    } catch (DecodeException e) {
      throw new IOException("Cannot look into segment " + name + ": " + e.getMessage(), e);
    }
  }

  Optional<CarIndex.Entry> find(Cid cid) {
    return index.find(cid);
  }

  /** Reads a block with the frame in front of it, and believes neither. */
  Block read(CarIndex.Entry entry) throws IOException {
    Bytes frame = CarWriter.frameOf(entry.cid(), entry.length());
    byte[] bytes = new byte[frame.size() + entry.length()];
    int read = folder.read(file(), entry.offset() - frame.size(), bytes);
    if (read < bytes.length) {
      throw truncated(entry, Math.max(0, read - frame.size()), bytes, frame.size());
    }
    Bytes section = Bytes.wrap(bytes);
    if (!section.slice(0, frame.size()).equals(frame)) {
      throw corrupt(
          CorruptBlockException.Kind.HASH,
          entry,
          "the frame in front of it is damaged",
          "frame " + frame.hex(),
          "frame " + section.slice(0, frame.size()).hex());
    }
    try {
      return Block.check(entry.cid(), section.slice(frame.size(), bytes.length));
    } catch (HashMismatchException e) {
      throw corrupt(
          CorruptBlockException.Kind.HASH,
          entry,
          "its bytes do not match its hash",
          e.expected().toString(),
          e.found().toString());
    }
  }

  /**
   * Reads every block, in the order of the file, and adds what is wrong. With the frames checked,
   * the blocks account for every byte of the file but its header and what may follow the last
   * block.
   */
  void inspect(List<CorruptBlockException> problems) throws IOException {
    List<CarIndex.Entry> entries;
    try {
      entries =
          index.entries().stream().sorted(Comparator.comparing(CarIndex.Entry::offset)).toList();
    } catch (DecodeException e) {
      throw new IOException(
          "Cannot read index " + CarFolderBlockStore.visible(name) + ".idx: " + e.getMessage(), e);
    }
    for (CarIndex.Entry entry : entries) {
      try {
        read(entry);
      } catch (CorruptBlockException e) {
        problems.add(e);
      }
    }
  }

  private CorruptBlockException truncated(CarIndex.Entry entry, int there, byte[] bytes, int from) {
    return corrupt(
        CorruptBlockException.Kind.TRUNCATED,
        entry,
        "the segment ends in the middle of it",
        entry.cid() + ", " + entry.length() + " bytes",
        Cid.sha256(entry.cid().codec(), Arrays.copyOfRange(bytes, from, from + there), 0, there)
            + ", "
            + there
            + " bytes, then the end of the file");
  }

  private CorruptBlockException corrupt(
      CorruptBlockException.Kind kind,
      CarIndex.Entry entry,
      String why,
      String expected,
      String found) {
    return new CorruptBlockException(
        kind,
        "Cannot read block " + entry.cid() + ": " + why,
        folder.describe(),
        name,
        file() + ", byte " + entry.offset(),
        entry.cid(),
        expected,
        found);
  }

  private String file() {
    return CarFolderBlockStore.visible(name) + ".car";
  }
}
