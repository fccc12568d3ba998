package dev.cats.connector.httpclient;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreProvider;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.HashMismatchException;
import dev.cats.content.SegmentWriter;
import io.ipfs.api.IPFS;
import io.ipfs.api.MerkleNode;
import io.ipfs.multihash.Multihash;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A node of IPFS, block by block, by {@link IPFS}: reads any block that the node can get, and puts
 * single ones. The client itself believes what it is told, so each block is hashed here.
 *
 * <p>The client asks the node for its version when it is made, and its failures are unchecked
 * exceptions, which become {@link IOException}s here.
 */
public final class HttpClientBlockStore implements BlockStore {
  private static final String SCHEME = "ipfs-http-client";

  private final IPFS node;
  private final String name;

  private HttpClientBlockStore(IPFS node, String name) {
    this.node = node;
    this.name = name;
  }

  /** The node whose RPC listens there. */
  public static HttpClientBlockStore at(String host, int port) throws IOException {
    String name = "node at %s:%d".formatted(host, port);
    IPFS node = asked("connect to " + name, () -> new IPFS(host, port));
    return new HttpClientBlockStore(node, name);
  }

  @Override
  public String describe() {
    return name;
  }

  @Override
  public Optional<Block> get(Cid cid) throws IOException {
    String what = "read block %s of %s".formatted(cid, name);
    byte[] bytes = asked(what, () -> node.block.get(theirs(cid)));
    if (bytes.length > Block.MAX_SIZE) {
      throw new IOException(
          "Cannot %s: expected at most %d bytes, found %d"
              .formatted(what, Block.MAX_SIZE, bytes.length));
    }
    try {
      return Optional.of(Block.check(cid, Bytes.copyOf(bytes, 0, bytes.length)));
    } catch (HashMismatchException e) {
      throw new IOException("Cannot %s: %s".formatted(what, e.getMessage()), e);
    }
  }

  /** Whether the node can say how large it is. */
  @Override
  public boolean has(Cid cid) {
    try {
      return !asked("look for " + cid, () -> node.block.stat(theirs(cid))).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** Puts one block, and compares the hash that the node made of it. */
  public void put(Block block) throws IOException {
    String what = "put block %s to %s".formatted(block.cid(), name);
    MerkleNode put =
        asked(
            what, () -> node.block.put(block.bytes().toArray(), Optional.of(codec(block.cid()))));
    if (!Arrays.equals(put.hash.getHash(), block.cid().digest().toArray())) {
      throw new IOException(
          "Cannot %s: expected hash %s, found %s"
              .formatted(what, block.cid().digest().hex(), put.hash));
    }
  }

  @Override
  public void check() throws IOException {
    throw unable("write to");
  }

  @Override
  public void checkReadable() throws IOException {
    asked("use " + name, node::version);
  }

  @Override
  public Optional<Cid> head() throws IOException {
    throw unable("read HEAD of");
  }

  @Override
  public SegmentWriter newSegment(String segment) throws IOException {
    throw unable("start segment " + segment + " in");
  }

  @Override
  public void commit(String segment) throws IOException {
    throw unable("commit segment " + segment + " to");
  }

  @Override
  public void moveHead(Optional<Cid> expected, Cid next) throws IOException {
    throw unable("move HEAD of");
  }

  @Override
  public Lock lock(String holder) throws IOException {
    throw unable("lock");
  }

  /** Holds nothing open. */
  @Override
  public void close() {}

  private IOException unable(String what) {
    return new IOException(
        "Cannot %s %s: java-ipfs-http-client reads and puts blocks only. Use kubo://HOST:PORT"
            .formatted(what, name));
  }

  private static Multihash theirs(Cid cid) {
    return io.ipfs.cid.Cid.decode(cid.toString());
  }

  private static String codec(Cid cid) throws IOException {
    return switch (cid.codec()) {
      case Cid.RAW -> "raw";
      case Cid.DAG_PB -> "protobuf";
      case Cid.DAG_CBOR -> "cbor";
      default -> throw new IOException("Cannot put " + cid + ": its codec is none of ours");
    };
  }

  /** What the client is asked; it may throw. */
  @FunctionalInterface
  private interface Question<T> {
    T ask() throws IOException;
  }

  private static <T> T asked(String what, Question<T> question) throws IOException {
    try {
      return question.ask();
    } catch (IOException | RuntimeException e) {
      throw new IOException("Cannot %s: %s".formatted(what, e.getMessage()), e);
    }
  }

  /** Opens {@code ipfs-http-client://HOST:PORT}. */
  public static final class Provider implements BlockStoreProvider {
    private static final String FORM = SCHEME + "://HOST:PORT";

    @Override
    public Set<String> forms() {
      return Set.of(FORM);
    }

    @Override
    public boolean accepts(URI uri) {
      return SCHEME.equals(uri.getScheme());
    }

    @Override
    public BlockStore open(URI uri) throws IOException {
      if (uri.getHost() == null || uri.getPort() < 0 || uri.getUserInfo() != null) {
        throw new IOException("Cannot open a store by " + SCHEME + ": expected " + FORM);
      }
      return at(uri.getHost(), uri.getPort());
    }
  }
}
