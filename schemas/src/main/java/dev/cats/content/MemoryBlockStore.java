package dev.cats.content;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Blocks in the memory of this process, for tests and for trying things out.
 *
 * <p>Stores of one name are one store, so that the parts of a job that only share a configuration
 * meet in it: {@code memory:NAME}. Closing one of them changes nothing; {@link #forget} lets go of
 * the blocks.
 */
public final class MemoryBlockStore implements PrunableStore {
  private static final Map<String, Contents> BY_NAME = new ConcurrentHashMap<>();

  private final String name;
  private final Contents contents;

  private MemoryBlockStore(String name, Contents contents) {
    this.name = name;
    this.contents = contents;
  }

  /** The store of this name, made when it is first asked for. */
  public static MemoryBlockStore named(String name) {
    return new MemoryBlockStore(name, BY_NAME.computeIfAbsent(name, made -> new Contents()));
  }

  /**
   * Lets go of the store of this name. Those who hold it keep what they have; who asks for it next
   * gets an empty one.
   */
  public static void forget(String name) {
    BY_NAME.remove(name);
  }

  @Override
  public String describe() {
    return "memory " + name;
  }

  @Override
  public Optional<Block> get(Cid cid) throws IOException {
    Bytes bytes;
    synchronized (contents) {
      bytes = contents.blocks.get(cid);
    }
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Block.check(cid, bytes));
    } catch (HashMismatchException e) {
      throw new CorruptBlockException(
          CorruptBlockException.Kind.HASH,
          "Cannot read block " + cid + ": its bytes do not match its hash",
          describe(),
          contents.segmentOf(cid),
          contents.segmentOf(cid),
          cid,
          e.expected().toString(),
          e.found().toString());
    }
  }

  @Override
  public boolean has(Cid cid) {
    synchronized (contents) {
      return contents.blocks.containsKey(cid);
    }
  }

  @Override
  public SegmentWriter newSegment(String segment) throws IOException {
    SegmentWriter.checkedName(segment);
    synchronized (contents) {
      if (!contents.names.add(segment)) {
        throw new IOException(
            "Cannot start segment "
                + segment
                + ": "
                + describe()
                + " already has one of this name");
      }
    }
    return new Writer(segment);
  }

  @Override
  public void commit(String segment) throws IOException {
    synchronized (contents) {
      if (contents.committed.containsKey(segment)) {
        return;
      }
      List<Staged> staged = contents.sealed.remove(segment);
      if (staged == null) {
        String why =
            contents.names.contains(segment)
                ? "it is not sealed"
                : "there is none of this name in " + describe();
        throw new IOException("Cannot commit segment " + segment + ": " + why);
      }
      Set<Cid> cids = new HashSet<>();
      for (Staged block : staged) {
        contents.blocks.putIfAbsent(block.cid, block.bytes);
        cids.add(block.cid);
      }
      contents.committed.put(segment, cids);
    }
  }

  @Override
  public Optional<Cid> head() {
    synchronized (contents) {
      return contents.head;
    }
  }

  @Override
  public void moveHead(Optional<Cid> expected, Cid next) throws IOException {
    Objects.requireNonNull(next, "next");
    synchronized (contents) {
      if (!contents.head.equals(expected)) {
        throw new StaleHeadException(describe(), expected, contents.head, next);
      }
      contents.head = Optional.of(next);
    }
  }

  @Override
  public Lock lock(String holder) throws IOException {
    Object claim = new Object();
    synchronized (contents) {
      if (contents.claim != null) {
        throw new StoreLockedException(describe(), contents.holder);
      }
      contents.claim = claim;
      contents.holder = holder;
    }
    return () -> {
      synchronized (contents) {
        if (contents.claim == claim) {
          contents.claim = null;
        }
      }
    };
  }

  @Override
  public void check() {}

  @Override
  public Set<String> segments() {
    synchronized (contents) {
      return new TreeSet<>(contents.committed.keySet());
    }
  }

  @Override
  public Segment segment(String segment) throws IOException {
    synchronized (contents) {
      Set<Cid> cids = contents.committed.get(segment);
      if (cids == null) {
        throw new IOException(
            "Cannot look into segment " + segment + ": there is none in " + describe());
      }
      long bytes = cids.stream().mapToLong(cid -> contents.blocks.get(cid).size()).sum();
      return new Segment(segment, bytes, List.copyOf(cids));
    }
  }

  @Override
  public void keepFrom(Cid manifest) {
    synchronized (contents) {
      contents.keptFrom = Optional.of(manifest);
    }
  }

  @Override
  public void drop(String segment) {
    synchronized (contents) {
      Set<Cid> dropped = contents.committed.remove(segment);
      if (dropped != null) {
        Set<Cid> left = new HashSet<>();
        contents.committed.values().forEach(left::addAll);
        for (Cid cid : dropped) {
          if (!left.contains(cid)) {
            contents.blocks.remove(cid);
            contents.pruned.add(cid);
          }
        }
      }
    }
  }

  /** There is nothing to end: a drop is one step here. */
  @Override
  public void tidy() {}

  @Override
  public boolean wasPruned(Cid cid) {
    synchronized (contents) {
      return contents.pruned.contains(cid) && !contents.blocks.containsKey(cid);
    }
  }

  @Override
  public Optional<Cid> keptFrom() {
    synchronized (contents) {
      return contents.keptFrom;
    }
  }

  @Override
  public void close() {}

  private record Staged(Cid cid, Bytes bytes) {}

  /** What all stores of a name share; guarded by itself. */
  private static final class Contents {
    final Set<String> names = new HashSet<>();
    final Map<String, List<Staged>> sealed = new HashMap<>();
    final Map<String, Set<Cid>> committed = new HashMap<>();
    final Map<Cid, Bytes> blocks = new HashMap<>();
    final Set<Cid> pruned = new HashSet<>();
    Optional<Cid> keptFrom = Optional.empty();
    Optional<Cid> head = Optional.empty();
    Object claim;
    String holder = "";

    synchronized String segmentOf(Cid cid) {
      return committed.entrySet().stream()
          .filter(segment -> segment.getValue().contains(cid))
          .map(Map.Entry::getKey)
          .findFirst()
          .orElse("");
    }
  }

  private final class Writer implements SegmentWriter {
    private final String segment;
    private final List<Staged> blocks = new ArrayList<>();
    private long bytes;
    private boolean sealed;
    private boolean closed;

    Writer(String segment) {
      this.segment = segment;
    }

    @Override
    public String name() {
      return segment;
    }

    @Override
    public void append(Cid cid, byte[] buffer, int offset, int length) {
      if (sealed || closed) {
        throw new IllegalStateException(
            "Cannot append to segment " + segment + ": it is " + (sealed ? "sealed" : "closed"));
      }
      blocks.add(new Staged(cid, Bytes.copyOf(buffer, offset, length)));
      bytes += length;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public int blocks() {
      return blocks.size();
    }

    @Override
    public void seal() {
      if (sealed || closed) {
        throw new IllegalStateException(
            "Cannot seal segment " + segment + ": it is " + (sealed ? "sealed" : "closed"));
      }
      sealed = true;
      synchronized (contents) {
        contents.sealed.put(segment, blocks);
      }
    }

    @Override
    public void close() {
      if (!sealed && !closed) {
        synchronized (contents) {
          contents.names.remove(segment);
        }
      }
      closed = true;
    }
  }

  /** Opens {@code memory:NAME}. */
  public static final class Provider implements BlockStoreProvider {

    @Override
    public Set<String> forms() {
      return Set.of("memory:NAME");
    }

    @Override
    public boolean accepts(URI uri) {
      return "memory".equals(uri.getScheme());
    }

    @Override
    public BlockStore open(URI uri) throws IOException {
      String name = uri.getSchemeSpecificPart().replaceFirst("^/+", "");
      if (name.isEmpty()) {
        throw new IOException("Cannot open store " + uri + ": expected memory:NAME");
      }
      return named(name);
    }
  }
}
