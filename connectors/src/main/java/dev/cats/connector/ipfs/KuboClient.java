package dev.cats.connector.ipfs;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DecodeException;
import dev.cats.content.HashMismatchException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A Kubo node as we use it: blocks, imports of whole archives, pins, names, over its RPC.
 *
 * <p><b>A 200 proves nothing.</b> Kubo begins its answer before it is done; what goes wrong later
 * it says in a trailer ({@code X-Stream-Error}) that {@code java.net.http} drops. So every answer
 * that matters has to say in its body what was done: an import is done when the node counted the
 * blocks and bytes that were sent.
 *
 * <p>Calls that are harmless to repeat are repeated, as {@link Patience} has it; what Kubo itself
 * says of a request is its answer, and is not asked for again. All blocks that come in are hashed.
 * Safe for use by several threads: an egress with eight imports in flight is eight threads with
 * this one client, each with a few buffers.
 */
public final class KuboClient implements Closeable {
  /** The key that every node has. */
  public static final String SELF = "self";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SMALL = 1 << 20;
  private static final int LARGE = 1 << 26;

  private final KuboRpc rpc;

  private KuboClient(KuboRpc rpc) {
    this.rpc = rpc;
  }

  /**
   * A client of the node whose RPC is here: {@code http://127.0.0.1:5001}. Asks nothing yet.
   *
   * @param token for {@code Authorization: Bearer}; never shown
   */
  public static KuboClient at(URI base, Optional<String> token, Patience patience) {
    return new KuboClient(new KuboRpc(base, token, patience));
  }

  /** The node as a person would name it: {@code Kubo at http://127.0.0.1:5001}. */
  public String describe() {
    return rpc.describe();
  }

  /** Which Kubo it is: {@code 0.43.0}. */
  public String version() throws IOException {
    return text(rpc.call("version", "ask for the version").json(SMALL), "Version");
  }

  /** The node's peer id. */
  public String id() throws IOException {
    return text(rpc.call("id", "ask for the node's id").json(SMALL), "ID");
  }

  /**
   * What a node holds.
   *
   * @param objects blocks, and how many bytes they have in all
   * @param limit how many bytes the node wants to have at most
   */
  public record RepoStat(long objects, long bytes, long limit) {}

  public RepoStat repoStat() throws IOException {
    JsonNode stat = rpc.call("repo/stat", "ask how much is stored").json(SMALL);
    return new RepoStat(
        number(stat, "NumObjects"), number(stat, "RepoSize"), number(stat, "StorageMax"));
  }

  /**
   * The block of this CID if the node itself has it.
   *
   * @throws CorruptBlockException if it answers with something else
   */
  public Optional<Block> block(Cid cid) throws IOException {
    return block(cid, get(cid).option("offline", true));
  }

  /** The same, where the node may look for it at others for so long. */
  public Optional<Block> fetch(Cid cid, Duration time) throws IOException {
    return block(cid, get(cid).option("timeout", time.toMillis() + "ms"));
  }

  private KuboRpc.Call get(Cid cid) {
    return rpc.call("block/get", "read block " + cid).arg(cid);
  }

  private Optional<Block> block(Cid cid, KuboRpc.Call call) throws IOException {
    Bytes bytes;
    try {
      bytes = call.bytes(Block.MAX_SIZE);
    } catch (KuboException e) {
      if (isMissing(e)) {
        return Optional.empty();
      }
      throw e;
    }
    return Optional.of(checked(cid, bytes, describe(), "block/get"));
  }

  /** Hashes what a server answered; nobody's word is taken for it. */
  static Block checked(Cid cid, Bytes bytes, String server, String place)
      throws CorruptBlockException {
    try {
      return Block.check(cid, bytes);
    } catch (HashMismatchException e) {
      throw new CorruptBlockException(
          CorruptBlockException.Kind.HASH,
          "Cannot read block " + cid + ": its bytes do not match its hash",
          server,
          "",
          place,
          cid,
          e.expected().toString(),
          e.found().toString());
    }
  }

  private static boolean isMissing(KuboException e) {
    return e.says("could not find") || e.says("deadline exceeded");
  }

  /** How many bytes the block of this CID has, if the node itself has it; they are not read. */
  public OptionalLong blockSize(Cid cid) throws IOException {
    KuboRpc.Call call =
        rpc.call("block/stat", "look for block " + cid).arg(cid).option("offline", true);
    try {
      return OptionalLong.of(number(call.json(SMALL), "Size"));
    } catch (KuboException e) {
      if (isMissing(e)) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  /** Stores one block; for many, {@link #importCar}. */
  public void putBlock(Block block) throws IOException {
    JsonNode answer =
        rpc.call("block/put", "store block " + block.cid())
            .option("cid-codec", codec(block.cid()))
            .option("allow-big-block", false)
            .file(Content.of(block.bytes()))
            .json(SMALL);
    String stored = text(answer, "Key");
    if (!stored.equals(block.cid().toString())) {
      throw new IOException(
          "Cannot store block %s: %s stored %s".formatted(block.cid(), describe(), stored));
    }
  }

  private static String codec(Cid cid) {
    return switch (cid.codec()) {
      case Cid.RAW -> "raw";
      case Cid.DAG_CBOR -> "dag-cbor";
      case Cid.DAG_JSON -> "dag-json";
      case Cid.DAG_PB -> "dag-pb";
      default -> "0x" + Integer.toHexString(cid.codec());
    };
  }

  /**
   * Stores all blocks of an archive, each of which the node hashes. Nothing is pinned. Harmless to
   * repeat, also after a half.
   *
   * @param segment what the archive is called, for messages
   * @param blocks how many are in it, and with how many bytes without the framing
   * @throws ImportException with the node, the segment, and both counts, if the node counted others
   * @throws IOException with the node, the segment, and what was to be stored, if it did not count
   */
  public void importCar(String segment, Content car, long blocks, long bytes) throws IOException {
    JsonNode stats;
    try {
      stats =
          rpc.call("dag/import", "import segment " + segment)
              .option("pin-roots", false)
              .option("stats", true)
              .option("fast-provide-root", false)
              .file(car)
              .json(SMALL)
              .path("Stats");
    } catch (InterruptedIOException e) {
      throw e; // nobody wants to know any more
    } catch (KuboException e) {
      throw e.with(uncounted(blocks, bytes));
    } catch (IOException e) {
      throw new IOException(e.getMessage() + "\n" + uncounted(blocks, bytes), e);
    }
    long stored = stats.path("BlockCount").asLong(0);
    long storedBytes = stats.path("BlockBytesCount").asLong(0);
    if (stored != blocks || storedBytes != bytes) {
      String counted =
          stats.isMissingNode()
              ? "did not say how many of %,d blocks it stored".formatted(blocks)
              : "stored %,d of %,d blocks, %,d of %,d bytes"
                  .formatted(stored, blocks, storedBytes, bytes);
      throw new ImportException(segment, describe(), counted, blocks, stored);
    }
  }

  /** Kubo counts at the end of an import: of one that failed it may have stored any part. */
  private static String uncounted(long blocks, long bytes) {
    return "Expected %,d blocks with %,d bytes to be stored; the node did not say how many are. Importing again is harmless."
        .formatted(blocks, bytes);
  }

  /** Whether a pin keeps one block, or all that can be reached from it. */
  public enum Pin {
    DIRECT,
    RECURSIVE;

    private String word() {
      return this == DIRECT ? "direct" : "recursive";
    }
  }

  /**
   * Keeps a block from the node's garbage collection. A recursive pin walks all that can be reached
   * from it, and fails if the node does not have some of that: for a manifest, that is all of
   * history. Nothing is fetched from other nodes for it.
   */
  public void pin(Cid cid, Pin pin, String name) throws IOException {
    pin(List.of(cid), pin, name);
  }

  /**
   * The same of several; to pin one directly that is pinned recursively already changes nothing.
   */
  public void pin(Collection<Cid> cids, Pin pin, String name) throws IOException {
    String what = cids.size() == 1 ? cids.iterator().next().toString() : cids.size() + " blocks";
    KuboRpc.Call call = rpc.call("pin/add", "pin " + what);
    cids.forEach(call::arg);
    Set<String> pinned = new HashSet<>();
    try {
      call.option("recursive", pin == Pin.RECURSIVE)
          .option("name", name)
          .option("fast-provide-root", false)
          .option("offline", true)
          .option("progress", true) // a sign of life
          .json(LARGE)
          .path("Pins")
          .forEach(each -> pinned.add(each.asText()));
    } catch (KuboException e) {
      if (!e.says("already pinned recursively")) {
        throw e;
      }
      if (cids.size() > 1) {
        for (Cid cid : cids) {
          pin(cid, pin, name);
        }
      }
      return;
    }
    for (Cid cid : cids) {
      if (!pinned.contains(cid.toString())) {
        throw new IOException(
            "Cannot pin %s: %s does not say that it is".formatted(cid, describe()));
      }
    }
  }

  /** Takes such a pin away; false if there was none. */
  public boolean unpin(Cid cid, Pin pin) throws IOException {
    try {
      rpc.call("pin/rm", "unpin " + cid)
          .arg(cid)
          .option("recursive", pin == Pin.RECURSIVE)
          .json(SMALL);
      return true;
    } catch (KuboException e) {
      if (e.says("not pinned")) {
        return false;
      }
      throw e;
    }
  }

  /** Whether this very block has such a pin of its own. */
  public boolean isPinned(Cid cid, Pin pin) throws IOException {
    try {
      return rpc.call("pin/ls", "ask whether %s is pinned".formatted(cid))
          .arg(cid)
          .option("type", pin.word())
          .option("stream", false)
          .json(SMALL)
          .path("Keys")
          .has(cid.toString());
    } catch (KuboException e) {
      if (e.says("is not pinned")) {
        return false;
      }
      throw e;
    }
  }

  /** Takes pins as they are read. */
  @FunctionalInterface
  public interface PinVisitor {
    void pin(Cid cid, String name) throws IOException;
  }

  /** All pins of a kind, of which there may be more than fit in memory. */
  public void pins(Pin pin, PinVisitor visitor) throws IOException {
    Path file = Files.createTempFile("cats-pins", ".json");
    try {
      // Not streamed by Kubo: only so a list that was broken off can be told from a short one.
      rpc.call("pin/ls", "list what is pinned")
          .option("type", pin.word())
          .option("names", true)
          .option("stream", false)
          .into(file);
      readPins(file, visitor);
    } finally {
      Files.delete(file);
    }
  }

  /** Of {@code {"Keys":{CID:{"Type":…,"Name":…}, …}}}; the parser says so if the end is missing. */
  private static void readPins(Path file, PinVisitor visitor) throws IOException {
    try (JsonParser parser = JSON.createParser(file.toFile())) {
      parser.nextToken();
      parser.nextFieldName();
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        for (String cid = parser.nextFieldName(); cid != null; cid = parser.nextFieldName()) {
          parser.nextToken();
          JsonNode pin = JSON.readTree(parser);
          visitor.pin(Cid.parse(cid), pin.path("Name").asText(""));
        }
      }
      while (parser.nextToken() != null) {}
    } catch (DecodeException e) {
      throw new IOException("Cannot list what is pinned: " + e.getMessage(), e);
    }
  }

  /**
   * Makes a key for names.
   *
   * @return the name: what comes behind {@code ipns://}
   */
  public String newKey(String key) throws IOException {
    return text(rpc.call("key/gen", "make key " + key).arg(key).once().json(SMALL), "Id");
  }

  /** The names of this node, by the keys that they are signed with. */
  public Map<String, String> keys() throws IOException {
    Map<String, String> keys = new LinkedHashMap<>();
    for (JsonNode key : rpc.call("key/list", "list the keys").json(LARGE).path("Keys")) {
      keys.put(text(key, "Name"), text(key, "Id"));
    }
    return keys;
  }

  /**
   * Makes a name of this node lead to a block, which is not looked at.
   *
   * @param lifetime for which others may take the record for good
   * @return the name
   */
  public String publish(String key, Cid cid, Duration lifetime) throws IOException {
    JsonNode answer =
        rpc.call("name/publish", "publish %s under key %s".formatted(cid, key))
            .arg("/ipfs/" + cid)
            .option("key", key)
            .option("lifetime", lifetime.toSeconds() + "s")
            .option("resolve", false)
            .option("allow-offline", true)
            .json(SMALL);
    if (!text(answer, "Value").equals("/ipfs/" + cid)) {
      throw new IOException(
          "Cannot publish %s: %s published %s".formatted(cid, describe(), text(answer, "Value")));
    }
    return text(answer, "Name");
  }

  /**
   * The newest record of a name that the node finds, here or at others, for the caller to check.
   */
  Optional<Bytes> record(IpnsName name) throws IOException {
    try {
      String record =
          text(
              rpc.call("routing/get", "resolve " + IpnsName.SCHEME + name)
                  .arg("/ipns/" + name)
                  .json(SMALL),
              "Extra");
      return Optional.of(Bytes.wrap(Base64.getDecoder().decode(record)));
    } catch (KuboException e) {
      if (e.says("not found") || e.says("failed to find any peer")) {
        return Optional.empty();
      }
      throw e;
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "Cannot resolve %s%s: %s answers with no record (%s)"
              .formatted(IpnsName.SCHEME, name, describe(), e.getMessage()),
          e);
    }
  }

  /**
   * What a name leads to, as far as the node can find out; without its cache. The node's word is
   * taken for it: {@link IpnsBlockStore} checks the record.
   */
  public Optional<Cid> resolve(String name) throws IOException {
    try {
      String path =
          text(
              rpc.call("name/resolve", "resolve " + name)
                  .arg("/ipns/" + name)
                  .option("nocache", true)
                  .json(SMALL),
              "Path");
      if (!path.startsWith("/ipfs/")) {
        throw new IOException("Cannot resolve %s: it leads to %s".formatted(name, path));
      }
      return Optional.of(Cid.parse(path.substring("/ipfs/".length())));
    } catch (KuboException e) {
      if (e.says("could not resolve name") || e.says("not found")) {
        return Optional.empty();
      }
      throw e;
    } catch (DecodeException e) {
      throw new IOException("Cannot resolve " + name + ": " + e.getMessage(), e);
    }
  }

  /** Connects the node to another one: {@code /ip4/127.0.0.1/tcp/4001/p2p/ID}. */
  public void connect(String address) throws IOException {
    rpc.call("swarm/connect", "connect to " + address).arg(address).json(SMALL);
  }

  /** For the calls of a store that nobody else needs. */
  KuboRpc rpc() {
    return rpc;
  }

  private String text(JsonNode node, String field) throws IOException {
    if (!node.path(field).isTextual()) {
      throw new IOException(
          "Cannot read what %s answers: expected %s, found %s".formatted(describe(), field, node));
    }
    return node.path(field).asText();
  }

  private long number(JsonNode node, String field) throws IOException {
    if (!node.path(field).isIntegralNumber()) {
      throw new IOException(
          "Cannot read what %s answers: expected %s, found %s".formatted(describe(), field, node));
    }
    return node.path(field).asLong();
  }

  @Override
  public void close() {
    rpc.close();
  }
}
