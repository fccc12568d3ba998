package dev.cats.connector.ipfs;

import dev.cats.content.CarIndex;
import dev.cats.content.CarWriter;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A segment being written: {@code staged/NAME.car.part}, until it is sealed and called {@code
 * staged/NAME.car}. The new name is the seal: a file that has it is whole and on the medium.
 *
 * <p>The index lies beside it but is not synced here, before a barrier that others wait for: it can
 * be made again from the archive, and {@link CarFolderBlockStore#commit} sees to that. A block that
 * the segment already holds is not written twice.
 */
final class CarSegmentWriter implements SegmentWriter {
  private final Folder folder;
  private final String name;
  private final Folder.Output file;
  private final CarWriter car;
  private final Map<Cid, CarIndex.Entry> entries = new LinkedHashMap<>();
  private State state = State.OPEN;

  private enum State {
    OPEN,
    SEALED,
    CLOSED
  }

  /** Takes over the file, which is empty. */
  CarSegmentWriter(Folder folder, String name, Folder.Output file) throws IOException {
    this.folder = folder;
    this.name = name;
    this.file = file;
    this.car = new CarWriter(file, List.of());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void append(Cid cid, byte[] buffer, int offset, int length) throws IOException {
    requireOpen("append to");
    if (!entries.containsKey(cid)) {
      entries.put(cid, new CarIndex.Entry(cid, car.append(cid, buffer, offset, length), length));
    }
  }

  @Override
  public long bytes() {
    return car.position();
  }

  @Override
  public int blocks() {
    return entries.size();
  }

  @Override
  public void seal() throws IOException {
    requireOpen("seal");
    String staged = CarFolderBlockStore.staged(name);
    try (Folder.Output index = folder.create(staged + ".idx")) {
      CarIndex.of(entries.values(), car.position()).encode().writeTo(index);
      index.flush();
    }
    file.sync();
    file.close();
    folder.move(staged + ".car.part", staged + ".car");
    folder.sync(CarFolderBlockStore.STAGED);
    state = State.SEALED;
  }

  @Override
  public void close() throws IOException {
    if (state == State.OPEN) {
      state = State.CLOSED;
      try {
        file.close();
      } finally {
        folder.delete(CarFolderBlockStore.staged(name) + ".car.part");
        folder.delete(CarFolderBlockStore.staged(name) + ".idx");
      }
    }
  }

  private void requireOpen(String what) {
    if (state != State.OPEN) {
      throw new IllegalStateException(
          "Cannot "
              + what
              + " segment "
              + name
              + ": it is "
              + (state == State.SEALED ? "sealed" : "closed"));
    }
  }
}
