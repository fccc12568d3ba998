package dev.cats.connector.ipfs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Small texts under names, in a folder of the node's own file system (MFS, {@code ipfs files}),
 * each of which is written once: HEAD, the names of committed segments, who has the lock.
 *
 * <p>A text is put there as a link to itself: a CID with the hash function "identity" holds the
 * text in place of a hash, so nothing has to be stored first, and a listing brings all texts along.
 * That a name is free is checked by the node under its own lock, so of several who put a text under
 * one name, one succeeds: this is what compare and swap stands on. When it returns, the node has
 * written the new root of its file system.
 *
 * <p>A person reads them with {@code ipfs files read /cats/NAME/…}.
 */
final class KuboFolder {
  /** What fits in such a CID, as Kubo allows it, with a length of one byte. */
  static final int MAX_TEXT = 127;

  private static final int IDENTITY = 0x00;

  private static final int LISTING = 1 << 28;
  private static final int SMALL = 1 << 16;

  private final KuboRpc rpc;
  private final String path;

  /**
   * @param path in the node's file system: {@code /cats/usgs}
   */
  KuboFolder(KuboRpc rpc, String path) {
    this.rpc = rpc;
    this.path = path;
  }

  String path() {
    return path;
  }

  KuboFolder in(String folder) {
    return new KuboFolder(rpc, path + "/" + folder);
  }

  /**
   * Puts a text under a name that is free.
   *
   * @return whether it was; also true if this very text is there, as the first of two attempts may
   *     have put it there
   */
  boolean put(String name, String text, String what) throws IOException {
    Cid link = link(text);
    try {
      rpc.call("files/cp", what)
          .arg("/ipfs/" + link)
          .arg(path + "/" + name)
          .option("parents", true)
          .bytes(SMALL);
      return true;
    } catch (KuboException e) {
      if (!e.says("already has entry")) {
        throw e;
      }
      return read(name, what).filter(text::equals).isPresent();
    }
  }

  /** The text under a name. */
  Optional<String> read(String name, String what) throws IOException {
    try {
      JsonNode stat = rpc.call("files/stat", what).arg(path + "/" + name).json(SMALL);
      return Optional.of(text(stat, name));
    } catch (KuboException e) {
      if (e.says("does not exist")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** All texts, ascending by their names. */
  Map<String, String> list(String what) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try {
      JsonNode entries =
          rpc.call("files/ls", what).arg(path).option("long", true).json(LISTING).path("Entries");
      for (JsonNode entry : entries) {
        String name = entry.path("Name").asText();
        texts.put(name, text(entry, name));
      }
    } catch (KuboException e) {
      if (!e.says("does not exist")) {
        throw e;
      }
    }
    return texts;
  }

  /**
   * Takes a name away; nothing if it is not there. Kubo waits for its new root to be written after
   * {@code files/cp} and not after {@code files/rm}, so that is asked for.
   */
  void remove(String name, String what) throws IOException {
    rpc.call("files/rm", what).arg(path + "/" + name).option("force", true).bytes(SMALL);
    rpc.call("files/flush", what).arg(path).bytes(SMALL);
  }

  private String text(JsonNode entry, String name) throws IOException {
    String hash = entry.path("Hash").asText();
    try {
      Cid link = Cid.parse(hash);
      if (link.hashFunction() == IDENTITY) {
        return link.digest().utf8();
      }
    } catch (DecodeException e) {
      throw new IOException(
          "Cannot read %s/%s of %s: %s".formatted(path, name, rpc.describe(), e.getMessage()), e);
    }
    throw new IOException(
        "Cannot read %s/%s of %s: expected a text of ours, found %s. Choose another name for the store"
            .formatted(path, name, rpc.describe(), hash));
  }

  private static Cid link(String text) {
    Bytes bytes = Bytes.utf8(text);
    if (bytes.size() > MAX_TEXT) {
      throw new IllegalArgumentException(
          "Invalid text: expected at most %d bytes, found %d".formatted(MAX_TEXT, bytes.size()));
    }
    byte[] cid =
        ByteBuffer.allocate(4 + bytes.size())
            .put((byte) 1)
            .put((byte) Cid.RAW)
            .put((byte) IDENTITY)
            .put((byte) bytes.size())
            .put(bytes.asByteBuffer())
            .array();
    try {
      return Cid.decode(Bytes.wrap(cid));
    } catch (DecodeException e) {
      throw new IllegalStateException("Cannot make a CID of \"" + text + "\"", e);
    }
  }
}
