package dev.cats.connector.ipfs;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreProvider;
import dev.cats.content.Bytes;
import dev.cats.content.CarIndex;
import dev.cats.content.CarReader;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DecodeException;
import dev.cats.content.PrunableStore;
import dev.cats.content.SegmentWriter;
import dev.cats.content.StaleHeadException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.core.fs.FileSystem;

/**
 * A folder of CAR segments on the local disk or any file system that Flink knows: the store that
 * needs no server.
 *
 * <pre>
 * STORE/segments/NAME.car   committed blocks, an ordinary CARv1 that every IPFS node imports
 * STORE/segments/NAME.idx   where they are; makes the segment visible
 * STORE/staged/NAME.car     sealed, and not committed yet; with NAME.idx
 * STORE/staged/NAME.car.part  being written
 * STORE/pruned/NAME.idx     which blocks were in segments that were pruned
 * STORE/HEAD                one line, the CID of the newest manifest
 * STORE/KEPT                one line, the CID of the oldest manifest that is kept, once it was pruned
 * STORE/lock                who writes to the store now; on other file systems STORE/locks/ID
 * </pre>
 *
 * <p><b>A segment is visible when both of its files are in {@code segments}.</b> A commit makes the
 * index durable, moves the archive and moves the index last. Where a crash interrupts it, the
 * segment stays invisible and the same commit, repeated, goes on from there:
 *
 * <pre>
 * staged: a.car a.idx   segments:               sealed; commit begins here
 * staged:       a.idx   segments: a.car         still invisible; commit moves the index
 * staged:               segments: a.car a.idx   visible; commit does nothing
 * </pre>
 *
 * <p><b>An index is derived, an archive is not.</b> Where a commit finds the index missing or
 * damaged, it reads the whole archive, hashes every block and writes the index anew. A visible
 * index that is damaged is not repaired silently, since it tells of a medium that fails: reads that
 * would need it say so, and {@link #rebuildIndex} repairs it.
 *
 * <p><b>Readers</b> list the segments again when a look-up misses, so they see what other processes
 * commit. They hold the indexes (44 bytes per block; large ones are mapped) and no open files.
 */
public final class CarFolderBlockStore implements PrunableStore {
  static final String SEGMENTS = "segments";
  static final String STAGED = "staged";
  private static final String HEAD = "HEAD";
  private static final String KEPT = "KEPT";

  private final Folder folder;
  private final Tombstones tombstones;

  /** Whether this store has committed since it last listed the segments. */
  private volatile boolean stale = true;

  private volatile Snapshot snapshot = new Snapshot(List.of(), Map.of());

  /** What a listing found: segments, and by name why others cannot be read. */
  private record Snapshot(List<CarSegment> segments, Map<String, String> damaged) {}

  CarFolderBlockStore(Folder folder) {
    this.folder = folder;
    this.tombstones = new Tombstones(folder);
  }

  /** The store in a local folder, which is made when something is first written to it. */
  public static CarFolderBlockStore at(Path path) {
    return new CarFolderBlockStore(new LocalFolder(path));
  }

  @Override
  public String describe() {
    return folder.describe();
  }

  @Override
  public Optional<Block> get(Cid cid) throws IOException {
    try {
      Optional<Block> known = read(cid, snapshot);
      if (known.isPresent()) {
        return known;
      }
    } catch (NoSuchFileException e) {
      // The segment was removed behind our back; another one may hold the block.
    }
    Snapshot now = refresh();
    Optional<Block> block = read(cid, now);
    if (block.isEmpty()) {
      requireUndamaged(now, cid);
    }
    return block;
  }

  @Override
  public boolean has(Cid cid) throws IOException {
    if (contains(cid, snapshot)) {
      return true;
    }
    Snapshot now = refresh();
    if (contains(cid, now)) {
      return true;
    }
    requireUndamaged(now, cid);
    return false;
  }

  @Override
  public SegmentWriter newSegment(String name) throws IOException {
    SegmentWriter.checkedName(name);
    folder.make(SEGMENTS);
    folder.make(STAGED);
    String taken =
        "Cannot start segment " + name + ": " + describe() + " already has one of this name";
    if (folder.exists(staged(name) + ".car") || folder.exists(visible(name) + ".car")) {
      throw new IOException(taken);
    }
    try {
      return new CarSegmentWriter(folder, name, folder.create(staged(name) + ".car.part"));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(taken, e);
    }
  }

  @Override
  public void commit(String segment) throws IOException {
    SegmentWriter.checkedName(segment);
    String from = staged(segment);
    String to = visible(segment);
    try {
      if (folder.exists(from + ".car")) {
        requireIndex(from + ".idx", from + ".car");
        folder.move(from + ".car", to + ".car");
        folder.move(from + ".idx", to + ".idx");
      } else if (!folder.exists(to + ".car")) {
        String why =
            folder.exists(from + ".car.part")
                ? "it is not sealed"
                : "there is none of this name in " + describe();
        throw new IOException("Cannot commit segment " + segment + ": " + why);
      } else if (!folder.exists(to + ".idx")) {
        requireIndex(from + ".idx", to + ".car");
        folder.move(from + ".idx", to + ".idx");
      } else {
        return;
      }
    } catch (NoSuchFileException e) {
      // Somebody else commits the same segment at this moment; all is well if both files have
      // arrived.
      if (!folder.exists(to + ".car") || !folder.exists(to + ".idx")) {
        throw e;
      }
    }
    folder.sync(SEGMENTS);
    stale = true;
  }

  @Override
  public Optional<Cid> head() throws IOException {
    return line(HEAD);
  }

  /** The CID that a file of one line names. */
  private Optional<Cid> line(String file) throws IOException {
    Optional<Bytes> line = folder.small(file);
    if (line.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Cid.parse(line.get().utf8().strip()));
    } catch (DecodeException e) {
      throw new IOException("Cannot read " + file + " of " + describe() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void moveHead(Optional<Cid> expected, Cid next) throws IOException {
    Objects.requireNonNull(next, "next");
    folder.alone(
        () -> {
          Optional<Cid> found = head();
          if (!found.equals(expected)) {
            throw new StaleHeadException(describe(), expected, found, next);
          }
          folder.replace(HEAD, Bytes.utf8(next + "\n"));
        });
  }

  @Override
  public Lock lock(String holder) throws IOException {
    return folder.lock(holder);
  }

  @Override
  public void check() throws IOException {
    checkReadable();
    folder.checkWritable();
  }

  @Override
  public void checkReadable() throws IOException {
    folder.checkReadable();
  }

  /** Which folder it is to a node that follows it, if one ever did. */
  Optional<String> id() throws IOException {
    return KuboBlockStore.id(folder);
  }

  /** The names of the visible segments, ascending. */
  @Override
  public List<String> segments() throws IOException {
    Snapshot now = refresh();
    Map<String, Boolean> names = new TreeMap<>();
    now.segments.forEach(segment -> names.put(segment.name(), true));
    now.damaged.keySet().forEach(name -> names.put(name, false));
    return List.copyOf(names.keySet());
  }

  @Override
  public Segment segment(String segment) throws IOException {
    return readable(segment).contents();
  }

  /** A visible segment whose index can be read. */
  CarSegment readable(String segment) throws IOException {
    Optional<CarSegment> found = find(segment, snapshot);
    if (found.isEmpty()) {
      Snapshot now = refresh();
      if (now.damaged.containsKey(segment)) {
        throw damagedIndex(now, segment);
      }
      found = find(segment, now);
    }
    return found.orElseThrow(
        () ->
            new IOException(
                "Cannot look into segment "
                    + segment
                    + ": there is none that can be read in "
                    + describe()));
  }

  @Override
  public Optional<Cid> keptFrom() throws IOException {
    return line(KEPT);
  }

  @Override
  public void keepFrom(Cid manifest) throws IOException {
    folder.replace(KEPT, Bytes.utf8(manifest + "\n"));
  }

  @Override
  public void drop(String segment) throws IOException {
    SegmentWriter.checkedName(segment);
    tombstones.bury(segment);
    refresh();
  }

  @Override
  public void tidy() throws IOException {
    tombstones.tidy();
  }

  @Override
  public boolean wasPruned(Cid cid) throws IOException {
    if (!tombstones.hold(cid)) {
      return false;
    }
    return !contains(cid, stale ? refresh() : snapshot);
  }

  @Override
  public List<CorruptBlockException> inspect() throws IOException {
    Snapshot now = refresh();
    List<CorruptBlockException> problems = new ArrayList<>();
    for (String name : now.damaged.keySet()) {
      problems.add(damagedIndex(now, name));
    }
    for (CarSegment segment : now.segments) {
      segment.inspect(problems);
    }
    problems.addAll(tombstones.inspect());
    return problems;
  }

  /**
   * Makes the index of a visible segment again, from the archive.
   *
   * @throws IOException that says what is wrong with the archive, if it is damaged too; the index
   *     then stays as it is
   */
  public void rebuildIndex(String segment) throws IOException {
    SegmentWriter.checkedName(segment);
    folder.replace(visible(segment) + ".idx", scan(visible(segment) + ".car").encode());
    refresh();
  }

  /** Holds nothing open; a closed store may even be used again. */
  @Override
  public void close() {}

  static String visible(String name) {
    return SEGMENTS + "/" + name;
  }

  static String staged(String name) {
    return STAGED + "/" + name;
  }

  private static Optional<CarSegment> find(String name, Snapshot in) {
    return in.segments.stream().filter(segment -> segment.name().equals(name)).findFirst();
  }

  private static boolean contains(Cid cid, Snapshot in) {
    return in.segments.stream().anyMatch(segment -> segment.find(cid).isPresent());
  }

  private static Optional<Block> read(Cid cid, Snapshot in) throws IOException {
    for (CarSegment segment : in.segments) {
      Optional<CarIndex.Entry> entry = segment.find(cid);
      if (entry.isPresent()) {
        return Optional.of(segment.read(entry.get()));
      }
    }
    return Optional.empty();
  }

  /**
   * Lists the visible segments and opens those that are new, newest first: what is asked for next
   * was written last.
   */
  private synchronized Snapshot refresh() throws IOException {
    Map<String, CarSegment> known = new HashMap<>();
    snapshot.segments.forEach(segment -> known.put(segment.name(), segment));
    Set<String> files = folder.list(SEGMENTS);
    List<CarSegment> fresh = new ArrayList<>();
    List<CarSegment> kept = new ArrayList<>();
    Map<String, String> damaged = new TreeMap<>();
    for (CarSegment segment : snapshot.segments) {
      if (files.contains(segment.name() + ".car") && files.contains(segment.name() + ".idx")) {
        kept.add(segment);
      }
    }
    for (String file : files) {
      String name = file.endsWith(".idx") ? file.substring(0, file.length() - 4) : "";
      if (files.contains(name + ".car") && !known.containsKey(name)) {
        try {
          fresh.add(CarSegment.open(folder, name));
        } catch (DecodeException e) {
          damaged.put(name, e.getMessage());
        } catch (NoSuchFileException e) {
          // Removed since it was listed.
        }
      }
    }
    fresh.addAll(kept);
    snapshot = new Snapshot(List.copyOf(fresh), damaged);
    stale = false;
    return snapshot;
  }

  /** "There is no such block" can only be said when every index could be read. */
  private void requireUndamaged(Snapshot now, Cid cid) throws CorruptBlockException {
    if (!now.damaged.isEmpty()) {
      String name = now.damaged.keySet().iterator().next();
      throw damagedIndex(now, name, "Cannot look for block " + cid + " in segment " + name, cid);
    }
  }

  private CorruptBlockException damagedIndex(Snapshot now, String name) throws IOException {
    Bytes index = folder.small(visible(name) + ".idx").orElse(Bytes.EMPTY);
    return damagedIndex(now, name, "Cannot read segment " + name, Cid.sha256(Cid.RAW, index));
  }

  private CorruptBlockException damagedIndex(Snapshot now, String name, String what, Cid cid) {
    return new CorruptBlockException(
        CorruptBlockException.Kind.INDEX,
        what
            + ": its index is damaged. The archive beside it may be whole: delete the index and commit the segment again",
        describe(),
        name,
        visible(name) + ".idx",
        cid,
        "an index that fits its own checksum",
        now.damaged.get(name));
  }

  /**
   * Makes an index durable before it becomes visible, and makes it anew where it is missing or does
   * not fit the archive.
   */
  private void requireIndex(String index, String car) throws IOException {
    try {
      CarIndex.decode(folder.whole(index));
      folder.syncFile(index);
    } catch (NoSuchFileException | DecodeException e) {
      folder.replace(index, scan(car).encode());
    }
  }

  private CarIndex scan(String car) throws IOException {
    try (InputStream in = folder.open(car);
        CarReader reader = CarReader.open(in)) {
      return CarIndex.of(reader);
    } catch (DecodeException e) {
      throw new IOException("Cannot index " + car + " of " + describe() + ": " + e.getMessage(), e);
    }
  }

  /** Opens a path, a {@code file:} URI, or a folder on any other file system that Flink knows. */
  public static final class Provider implements BlockStoreProvider {
    @Override
    public Set<String> forms() {
      return Set.of("PATH", "file:PATH", "a folder on a file system of Flink (s3://BUCKET/PATH)");
    }

    @Override
    public boolean accepts(URI uri) {
      if (isLocal(uri) || FileSystemPlugins.accepts(uri.getScheme())) {
        return true;
      }
      try {
        FileSystem.get(uri);
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public BlockStore open(URI uri) throws IOException {
      return new CarFolderBlockStore(folder(uri));
    }

    /** Where the files of such a store are. */
    Folder folder(URI uri) throws IOException {
      if (!isLocal(uri)) {
        return new FlinkFolder(FileSystemPlugins.get(uri), uri);
      }
      String path =
          uri.getScheme() == null || uri.isOpaque() ? uri.getSchemeSpecificPart() : uri.getPath();
      if (uri.getAuthority() != null || path.isEmpty()) {
        throw new IOException("Cannot open store " + uri + ": expected file:/PATH or a path");
      }
      return new LocalFolder(Path.of(path));
    }

    private static boolean isLocal(URI uri) {
      return uri.getScheme() == null || uri.getScheme().equals("file");
    }
  }
}
