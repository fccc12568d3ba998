package dev.cats.transfer;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.CarWriter;
import dev.cats.content.Cid;
import dev.cats.lineage.Reach;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Everything behind a CID as one archive: a CARv1 whose only root is the CID, with each block once,
 * in the order in which {@link Reach} comes to them.
 *
 * <p>The file has its name only when it is whole and on the medium; before that it is beside it,
 * with {@code .part} behind the name, and is removed when the export fails.
 */
public final class CarExport {
  private CarExport() {}

  /**
   * What was written.
   *
   * @param bytes of the file
   */
  public record Report(Reach.Tally tally, Gaps gaps, long bytes) {}

  /**
   * Writes all that {@code root} leads to, as far as {@code scope} goes. A file of that name is
   * replaced.
   *
   * @throws dev.cats.content.CorruptBlockException if a block is damaged; there is no file then
   * @throws IOException if the store does not have the root, or the file cannot be written
   */
  public static Report write(
      BlockStore store, Cid root, Reach.Scope scope, Path file, Progress progress)
      throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Gaps.Count gaps = new Gaps.Count();
    Reach.Tally tally;
    long bytes;
    try (Reach reach = new Reach(store, scope);
        FileOutputStream out = new FileOutputStream(part.toFile());
        CarWriter car = new CarWriter(new BufferedOutputStream(out, 1 << 16), List.of(root))) {
      tally =
          reach.walk(
              root,
              new Reach.Visitor() {
                private long blocks;

                @Override
                public void block(Block block) throws IOException {
                  car.append(block);
                  progress.at(++blocks, car.position());
                }

                @Override
                public void absent(Reach.Absence absence) throws IOException {
                  if (absence.cid().equals(root) && absence.why() == Reach.Why.MISSING) {
                    throw new IOException(
                        "Cannot export %s: %s does not hold it".formatted(root, store.describe()));
                  }
                  gaps.add(absence);
                }
              });
      bytes = car.position();
      car.flush();
      out.getFD().sync();
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(part);
      throw e;
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return new Report(tally, gaps.gaps(), bytes);
  }
}
