package dev.cats.transfer;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.CarReader;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.lineage.Reach;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The blocks of an archive, added to a store.
 *
 * <p>The archive is read twice. The first time every block is hashed, to the end: an archive that
 * is cut short, or that holds one wrong bit, adds nothing. The second time those blocks that the
 * store does not hold are added, so importing an archive again changes nothing, and an import that
 * was broken off goes on when it is repeated.
 */
public final class CarImport {
  private CarImport() {}

  /**
   * What came in.
   *
   * @param blocks sections of the archive, each a block
   * @param bytes of the archive
   * @param added blocks that the store did not have
   * @param addedBytes bytes of those
   * @param segments segments that they are in
   * @param roots the roots of the archive, and what is missing behind each of them in the store now
   */
  public record Report(
      long blocks, long bytes, long added, long addedBytes, long segments, Map<Cid, Gaps> roots) {}

  /**
   * Adds an archive to a store that the caller has locked.
   *
   * @throws DecodeException if the archive is damaged, with the byte and the block that are at
   *     fault; nothing was added then
   */
  public static Report read(Path file, BlockStore store, Progress progress)
      throws IOException, DecodeException {
    List<Cid> roots;
    long blocks = 0;
    long bytes;
    try (CarReader car = CarReader.open(Files.newInputStream(file))) {
      roots = car.roots();
      while (car.next().isPresent()) {
        progress.at(++blocks, car.position());
      }
      bytes = car.position();
    }
    try (Intake intake = new Intake(store, "import")) {
      try (CarReader car = CarReader.open(Files.newInputStream(file))) {
        for (Optional<CarReader.Section> next = car.next(); next.isPresent(); next = car.next()) {
          intake.add(next.get().block());
          progress.at(++blocks, bytes + car.position());
        }
      }
      intake.flush();
      Map<Cid, Gaps> gaps = new LinkedHashMap<>();
      for (Cid root : roots) {
        gaps.put(root, behind(root, store));
      }
      return new Report(
          blocks / 2, bytes, intake.blocks(), intake.bytes(), intake.segments(), gaps);
    }
  }

  /** What is missing behind a block. Documents are read, lots and files only looked for. */
  private static Gaps behind(Cid root, BlockStore store) throws IOException {
    Gaps.Count gaps = new Gaps.Count();
    try (Reach reach = new Reach(store, Reach.Scope.WHOLE)) {
      reach.walk(
          root,
          new Reach.Visitor() {
            @Override
            public void block(Block block) {}

            @Override
            public boolean wants(Cid raw) {
              return false;
            }

            @Override
            public void absent(Reach.Absence absence) {
              gaps.add(absence);
            }
          });
    }
    return gaps.gaps();
  }
}
