package dev.cats.connector.ipfs;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.CarIndex;
import dev.cats.content.CarReader;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DecodeException;
import dev.cats.content.SegmentWriter;
import dev.cats.content.StaleHeadException;
import dev.cats.content.StoreLockedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks in a Kubo node: what one commits there, all of IPFS can fetch.
 *
 * <p><b>Where things live.</b> A segment is staged in a local folder, as a CAR: it is invisible
 * there, durable when it is sealed, and the node may be away meanwhile. A commit imports it into
 * the node, in one request, and compares the node's count of blocks and bytes with what was sent.
 * What has to be seen by everybody lies in the node's own file system (MFS), below the store's
 * name:
 *
 * <pre>
 * STAGING/staged/NAME.car    sealed, and not committed yet; with NAME.idx
 * STAGING/lock, id           who writes from this folder, and which folder this is
 * /cats/STORE/segments/NAME  what was committed: how many blocks and bytes
 * /cats/STORE/heads/N        what HEAD was moved to; the highest number is HEAD
 * /cats/STORE/lock           who writes to the store now, and from which staging folder
 * </pre>
 *
 * <p><b>A commit</b> imports, then writes the segment's name, then deletes the staged files. Where
 * that is interrupted it is simply repeated: to import again changes nothing. It has to happen
 * where the staging folder is: jobs on several machines share one, on any file system that Flink
 * knows.
 *
 * <p><b>HEAD moves</b> by taking the next number, which the node gives to one of several who want
 * it. The last {@value #KEPT_HEADS} are kept.
 *
 * <p><b>The lock</b> in the node outlives a writer that was killed. The lock of the staging folder
 * does not, so the next writer from the same folder takes both; one from another folder is told
 * what to remove.
 *
 * <p>The node keeps blocks by their hash alone and shares them between all its stores: {@link #has}
 * and {@link #get} answer for whatever it holds, under any codec. Nothing is pinned here: a node
 * that collects garbage has to be told what to keep, by {@link KuboClient#pin}.
 */
public final class KuboBlockStore implements BlockStore, IpnsRecords {
  /** How long a node is to look for what it does not have, where somebody depends on others. */
  private static final Duration LOOK = Duration.ofSeconds(30);

  static final int KEPT_HEADS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(KuboBlockStore.class);
  private static final Pattern CORRUPT = Pattern.compile("block (\\S+) was corrupt \\((.*)\\)");
  private static final Pattern COUNTED =
      Pattern.compile("\\{\"blocks\":(\\d{1,18}),\"bytes\":(\\d{1,18})}");
  private static final Pattern LOCKED = Pattern.compile("(\\S+) (.*)");
  private static final String LOCK = "lock";
  private static final String ID = "id";

  private final KuboClient node;
  private final Folder staging;
  private final String name;
  private final Duration network;
  private final KuboFolder root;
  private final KuboFolder heads;
  private final KuboFolder segments;

  /**
   * @param name below which the node keeps what belongs to this store
   * @param network how long the node may look at others for a block that it does not have itself;
   *     zero for not at all
   */
  KuboBlockStore(KuboClient node, Folder staging, String name, Duration network) {
    this.node = node;
    this.staging = staging;
    this.name = SegmentWriter.checkedName(name);
    this.network = network;
    this.root = new KuboFolder(node.rpc(), "/cats/" + name);
    this.heads = root.in("heads");
    this.segments = root.in("segments");
  }

  /** The store of this name in a node, staged in this local folder, which is made if need be. */
  public static KuboBlockStore of(KuboClient node, Path staging, String name) {
    return new KuboBlockStore(node, new LocalFolder(staging), name, Duration.ZERO);
  }

  /** The node, for what is not a store's: pins and names. */
  public KuboClient node() {
    return node;
  }

  /** The same store, whose node looks at others for what it does not have, if it did not before. */
  KuboBlockStore lookingAtOthers() {
    return network.isZero() ? new KuboBlockStore(node, staging, name, LOOK) : this;
  }

  @Override
  public String describe() {
    return node.describe() + ", store " + name;
  }

  @Override
  public Optional<Bytes> record(IpnsName ipns) throws IOException {
    return node.record(ipns);
  }

  @Override
  public Optional<Block> get(Cid cid) throws IOException {
    Optional<Block> here = node.block(cid);
    return here.isPresent() || network.isZero() ? here : node.fetch(cid, network);
  }

  @Override
  public boolean has(Cid cid) throws IOException {
    return node.blockSize(cid).isPresent();
  }

  @Override
  public SegmentWriter newSegment(String segment) throws IOException {
    SegmentWriter.checkedName(segment);
    String taken =
        "Cannot start segment " + segment + ": " + describe() + " already has one of this name";
    staging.make(CarFolderBlockStore.STAGED);
    String staged = CarFolderBlockStore.staged(segment);
    if (staging.exists(staged + ".car")
        || segments.read(segment, "start segment " + segment).isPresent()) {
      throw new IOException(taken);
    }
    try {
      return new CarSegmentWriter(staging, segment, staging.create(staged + ".car.part"));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(taken, e);
    }
  }

  @Override
  public void commit(String segment) throws IOException {
    SegmentWriter.checkedName(segment);
    String staged = CarFolderBlockStore.staged(segment);
    String what = "commit segment " + segment;
    try {
      if (staging.exists(staged + ".car")) {
        upload(segment, staged, what);
        return;
      }
    } catch (NoSuchFileException e) {
      // Somebody else committed it meanwhile, or else the answer follows.
      LOG.debug("{} is gone from {}", staged, staging.describe(), e);
    }
    if (segments.read(segment, what).isEmpty()) {
      String why =
          staging.exists(staged + ".car.part")
              ? "it is not sealed"
              : "there is none of this name in " + describe() + ", staged in " + staging.describe();
      throw new IOException("Cannot commit segment " + segment + ": " + why);
    }
  }

  private void upload(String segment, String staged, String what) throws IOException {
    CarIndex index = index(staged);
    put(segment, index, () -> staging.open(staged + ".car"), what);
    staging.delete(staged + ".car");
    staging.delete(staged + ".idx");
  }

  /** Opens an archive, as often as it has to be sent. */
  interface Opening {
    InputStream open() throws IOException;
  }

  /**
   * Brings an archive into the node and then writes down that it is there, which is harmless to
   * repeat.
   */
  void put(String segment, CarIndex index, Opening car, String what) throws IOException {
    send(segment, index, car, what);
    note(segment, index, what);
  }

  /** Brings an archive into the node, where nobody knows of it yet. */
  void send(String segment, CarIndex index, Opening car, String what) throws IOException {
    Content content =
        new Content() {
          @Override
          public long size() {
            return index.archiveSize();
          }

          @Override
          public InputStream open() throws IOException {
            return car.open();
          }
        };
    node.importCar(segment, content, index.size(), blockBytes(index, what));
  }

  /** Writes down that a segment is there, all of whose blocks the node has. */
  void note(String segment, CarIndex index, String what) throws IOException {
    if (!segments.put(segment, counted(index, what), what)) {
      throw new IOException(
          "Cannot %s: %s already has another one of this name".formatted(what, describe()));
    }
  }

  /** The segments that are there, by their names, with what was counted of each. */
  Map<String, String> noted() throws IOException {
    return segments.list("list the segments of " + describe());
  }

  /** What the segments of a store add up to; a block that is in two of them counts twice. */
  public record Stored(long segments, long blocks, long bytes) {
    public static final Stored NOTHING = new Stored(0, 0, 0);
  }

  /** What was committed to this store, as it is written down in the node. */
  public Stored stored() throws IOException {
    long blocks = 0;
    long bytes = 0;
    Map<String, String> noted = noted();
    for (String counted : noted.values()) {
      Matcher matcher = COUNTED.matcher(counted);
      if (matcher.matches()) {
        blocks += Long.parseLong(matcher.group(1));
        bytes += Long.parseLong(matcher.group(2));
      }
    }
    return new Stored(noted.size(), blocks, bytes);
  }

  /** How many blocks and bytes a segment has, as it is written down. */
  static String counted(CarIndex index, String what) throws IOException {
    return "{\"blocks\":%d,\"bytes\":%d}".formatted(index.size(), blockBytes(index, what));
  }

  private static long blockBytes(CarIndex index, String what) throws IOException {
    try {
      long bytes = 0;
      for (CarIndex.Entry entry : index.entries()) {
        bytes += entry.length();
      }
      return bytes;
    } catch (DecodeException e) {
      throw new IOException("Cannot " + what + ": " + e.getMessage(), e);
    }
  }

  /** What is in a staged archive: as its index says, or by reading it where that was lost. */
  private CarIndex index(String staged) throws IOException {
    try {
      return CarIndex.decode(staging.whole(staged + ".idx"));
    } catch (NoSuchFileException | DecodeException e) {
      LOG.info("Reading {} of {} for its index", staged, staging.describe(), e);
    }
    try (InputStream in = staging.open(staged + ".car");
        CarReader reader = CarReader.open(in)) {
      return CarIndex.of(reader);
    } catch (DecodeException e) {
      throw new IOException(
          "Cannot index %s.car of %s: %s".formatted(staged, staging.describe(), e.getMessage()), e);
    }
  }

  @Override
  public Optional<Cid> head() throws IOException {
    return newest("read HEAD").map(Head::cid);
  }

  private record Head(long number, Cid cid, List<Long> all) {}

  private Optional<Head> newest(String what) throws IOException {
    long number = 0;
    String text = "";
    List<Long> all = new ArrayList<>();
    for (var head : heads.list(what).entrySet()) {
      if (head.getKey().matches("\\d{1,18}")) {
        number = Long.parseLong(head.getKey());
        text = head.getValue();
        all.add(number);
      }
    }
    if (number == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Head(number, Cid.parse(text), all));
    } catch (DecodeException e) {
      throw new IOException("Cannot read HEAD of " + describe() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Numbers have one length, so the order of the names is theirs. A mover who was so slow that the
   * number it saw is not kept any more may have been given one that was free again: it gives that
   * back, and was too late.
   */
  @Override
  public void moveHead(Optional<Cid> expected, Cid next) throws IOException {
    String what = "move HEAD to " + next;
    Optional<Head> seen = newest(what);
    if (!seen.map(Head::cid).equals(expected)) {
      throw stale(expected, next, seen);
    }
    long before = seen.map(Head::number).orElse(0L);
    String mine = number(before + 1);
    if (!heads.put(mine, next.toString(), what)) {
      throw stale(expected, next, newest(what));
    }
    Optional<Head> now = newest(what);
    List<Long> all = now.map(Head::all).orElse(List.of());
    if (before != 0 && !all.contains(before)) {
      heads.remove(mine, what);
      throw stale(expected, next, newest(what));
    }
    try {
      for (long number : all.subList(0, Math.max(0, all.size() - KEPT_HEADS))) {
        heads.remove(number(number), what);
      }
    } catch (IOException e) {
      LOG.debug("Old heads stay in {}", describe(), e); // HEAD has moved; the next move tries again
    }
  }

  private IOException stale(Optional<Cid> expected, Cid next, Optional<Head> found) {
    return new StaleHeadException(describe(), expected, found.map(Head::cid), next);
  }

  private static String number(long number) {
    return "%012d".formatted(number);
  }

  @Override
  public Lock lock(String holder) throws IOException {
    Lock local;
    try {
      local = staging.lock(holder);
    } catch (StoreLockedException e) {
      throw new StoreLockedException(describe(), e.holder());
    }
    try {
      return new Both(local, claimed(holder));
    } catch (IOException | RuntimeException e) {
      local.close();
      throw e;
    }
  }

  /**
   * The lock for who sends what a folder holds. A mirror of that folder whose node was away at its
   * end has left its claim: it is over where nobody writes to the folder, and then ended here.
   */
  public Lock lock(String holder, CarFolderBlockStore sent) throws IOException {
    try {
      return lock(holder);
    } catch (StoreLockedException e) {
      try (Lock nobodyWrites = sent.lock(holder)) {
        String what = "lock " + describe();
        Matcher claim = LOCKED.matcher(root.read(LOCK, what).orElse(""));
        if (!claim.matches() || !sent.id().equals(Optional.of(claim.group(1)))) {
          throw e;
        }
        root.remove(LOCK, what);
      } catch (StoreLockedException written) {
        throw e;
      }
    }
    return lock(holder);
  }

  /** The lock in the node alone, for who has the folder already. */
  Lock claim(String holder) throws IOException {
    return new Both(() -> {}, claimed(holder));
  }

  /** What pins of this store are called in the node. */
  String pinName(String what) {
    return "cats/" + name + "/" + what;
  }

  /** The lock in the node, which a writer from this very folder may have left behind. */
  private String claimed(String holder) throws IOException {
    String what = "lock " + describe();
    String id = stagingId();
    String text = cut(id + " " + holder + " (process " + ProcessHandle.current().pid() + ")");
    while (!root.put(LOCK, text, what)) {
      Optional<String> other = root.read(LOCK, what);
      Matcher parts = LOCKED.matcher(other.orElse(""));
      boolean ours = parts.matches() && parts.group(1).equals(id);
      if (other.isPresent() && !ours) {
        throw new StoreLockedException(
            describe(),
            "%s (if that is gone: ipfs files rm %s/%s)"
                .formatted(parts.matches() ? parts.group(2) : other.get(), root.path(), LOCK));
      }
      root.remove(LOCK, what);
    }
    return text;
  }

  private String stagingId() throws IOException {
    Optional<String> id = id(staging);
    if (id.isEmpty()) {
      String made = UUID.randomUUID().toString();
      staging.replace(ID, Bytes.utf8(made + "\n"));
      return made;
    }
    return id.get();
  }

  /** Which folder it is, if claims were ever made from it. */
  static Optional<String> id(Folder folder) throws IOException {
    return folder.small(ID).map(id -> id.utf8().strip());
  }

  private static String cut(String text) {
    StringBuilder cut = new StringBuilder();
    int size = 0;
    for (int c : text.codePoints().toArray()) {
      size += Bytes.utf8(Character.toString(c)).size();
      if (size > KuboFolder.MAX_TEXT) {
        break;
      }
      cut.appendCodePoint(c);
    }
    return cut.toString();
  }

  private final class Both implements Lock {
    private final Lock local;
    private final String claim;
    private final AtomicBoolean held = new AtomicBoolean(true);

    Both(Lock local, String claim) {
      this.local = local;
      this.claim = claim;
    }

    /** A claim that cannot be given back is taken over by the next writer from this folder. */
    @Override
    public void close() throws IOException {
      if (!held.getAndSet(false)) {
        return;
      }
      try (local) {
        String what = "unlock " + describe();
        if (root.read(LOCK, what).filter(claim::equals).isPresent()) {
          root.remove(LOCK, what);
        }
      } catch (IOException e) {
        LOG.warn("The lock of {} stays: {}", describe(), e.getMessage());
      }
    }
  }

  @Override
  public void check() throws IOException {
    checkReadable();
    if (staging.exists("")) {
      staging.checkWritable();
    }
    root.read(LOCK, "use " + describe());
  }

  @Override
  public void checkReadable() throws IOException {
    node.version();
  }

  /** Has the node read and hash all blocks that it holds, of this store and of others. */
  @Override
  public List<CorruptBlockException> inspect() throws IOException {
    List<CorruptBlockException> problems = new ArrayList<>();
    Path answer = Files.createTempFile("cats-verify", ".json");
    try {
      boolean complete = false;
      node.rpc().call("repo/verify", "inspect " + describe()).into(answer);
      try (var lines = Files.newBufferedReader(answer)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          Matcher matcher = CORRUPT.matcher(line);
          if (matcher.find()) {
            problems.add(corrupt(matcher.group(1), matcher.group(2)));
          }
          complete |= line.contains("verify complete");
        }
      }
      if (!complete && problems.isEmpty()) {
        throw new IOException("Cannot inspect " + describe() + ": the node did not say the end");
      }
      return problems;
    } finally {
      Files.delete(answer);
    }
  }

  private CorruptBlockException corrupt(String cid, String why) throws IOException {
    try {
      Cid parsed = Cid.parse(cid);
      return new CorruptBlockException(
          CorruptBlockException.Kind.HASH,
          "Cannot read block " + cid + ": " + why,
          describe(),
          "",
          "repo/verify",
          parsed,
          parsed.toString(),
          why);
    } catch (DecodeException e) {
      throw new IOException("Cannot inspect " + describe() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
