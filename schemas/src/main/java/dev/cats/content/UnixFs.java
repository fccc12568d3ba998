package dev.cats.content;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Files and directories as blocks, under the profile {@code unixfs-v1-2025} (IPIP-499), so that
 * everybody's tools give the same file the same CID: CIDv1, SHA-256, chunks of 1 MiB as raw leaves,
 * at most 1024 links in a node, balanced.
 *
 * <p>A file of at most one chunk is that one raw block. In a directory, hidden files and empty
 * directories are part of it, symbolic links stay links, and owner, mode and times are left out. A
 * path that is itself a symbolic link is followed.
 *
 * <p>A directory whose own block would have more than 256 KiB is refused: the profile has it
 * sharded, and any other form would have another CID than everybody else's.
 */
public final class UnixFs {
  static final int CHUNK = 1 << 20;
  static final int WIDTH = 1024;
  static final int MAX_DIRECTORY = 256 << 10;

  /** Far beyond what any file needs: 1024 links a node make an exabyte four levels deep. */
  private static final int MAX_DEPTH = 64;

  private UnixFs() {}

  /** Where the blocks go, leaves before the nodes that link to them, the root last. */
  @FunctionalInterface
  public interface Sink {
    /** Lets go of the blocks, when only the CID is wanted. */
    Sink NONE = block -> {};

    void accept(Block block) throws IOException;
  }

  /**
   * What a link to a finished node needs. {@code content} counts the file's bytes, {@code total}
   * those of all blocks.
   */
  private record Part(Cid cid, long content, long total) {}

  /** Reads a stream to its end, chunk by chunk, and returns the CID of the file it is. */
  public static Cid file(InputStream in, Sink sink) throws IOException {
    return chunked(in, sink).cid;
  }

  /** The CID of a file or of a directory with everything in it. */
  public static Cid path(Path path, Sink sink) throws IOException {
    return added(path.toRealPath(), sink).cid;
  }

  /**
   * Writes the content of a file, from a block of its own to the largest; every part is checked
   * against what the nodes say of it.
   */
  public static void cat(Cid file, BlockStore store, OutputStream out)
      throws IOException, DecodeException {
    cat(file, store, out, 0);
  }

  /** What a block of a file or directory links to, in order; a raw block links to nothing. */
  public static List<Cid> links(Block block) throws DecodeException {
    return switch (block.cid().codec()) {
      case Cid.RAW -> List.of();
      case Cid.DAG_PB -> DagPb.decode(block.bytes()).links().stream().map(DagPb.Link::cid).toList();
      default -> throw notUnixFs(block.cid());
    };
  }

  /** What a directory holds, by name, in the order of the names' bytes. */
  public static Map<String, Cid> entries(Block directory) throws DecodeException {
    DagPb node = node(directory);
    UnixFsNode.Type type = unixFs(directory.cid(), node).type();
    if (type != UnixFsNode.Type.DIRECTORY) {
      throw new DecodeException(
          "Cannot list " + directory.cid() + ": expected a directory, found " + named(type));
    }
    Map<String, Cid> entries = new LinkedHashMap<>();
    for (DagPb.Link link : node.links()) {
      String name = text(link.name().orElse(Bytes.EMPTY));
      if (entries.put(name, link.cid()) != null) {
        throw new DecodeException(
            "Cannot list " + directory.cid() + ": it has two entries named \"" + name + "\"");
      }
    }
    return Collections.unmodifiableMap(entries);
  }

  private static Part added(Path path, Sink sink) throws IOException {
    if (Files.isSymbolicLink(path)) {
      String target = Files.readSymbolicLink(path).toString();
      UnixFsNode link = UnixFsNode.symlink(Bytes.utf8(target));
      return put(new DagPb(List.of(), Optional.of(link.encode())), target.length(), sink);
    }
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return directory(path, sink);
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("Cannot address " + path + ": expected a file or a directory");
    }
    try (InputStream in = Files.newInputStream(path)) {
      return chunked(in, sink);
    }
  }

  private static Part directory(Path directory, Sink sink) throws IOException {
    List<Path> children;
    try (Stream<Path> listed = Files.list(directory)) {
      children = listed.toList();
    }
    List<DagPb.Link> links = new ArrayList<>();
    for (Path child : children) {
      Part part = added(child, sink);
      links.add(DagPb.Link.of(part.cid, Bytes.utf8(child.getFileName().toString()), part.total));
    }
    links.sort((a, b) -> a.name().orElseThrow().compareTo(b.name().orElseThrow()));
    DagPb node = new DagPb(links, Optional.of(UnixFsNode.directory().encode()));
    int size = node.encode().size();
    if (size > MAX_DIRECTORY) {
      throw new IOException(
          "Cannot address directory %s: its %d names take %d bytes, the limit is %d. Put it into one archive file"
              .formatted(directory, links.size(), size, MAX_DIRECTORY));
    }
    return put(node, 0, sink);
  }

  /**
   * The balanced tree, built while the chunks come in. Level 0 holds leaves, level n + 1 the nodes
   * over level n; a level that is full becomes one node of the next, and at the end the rest of
   * each level does, up to the one that has a single node and nothing above it.
   */
  private static Part chunked(InputStream in, Sink sink) throws IOException {
    List<List<Part>> levels = new ArrayList<>();
    levels.add(new ArrayList<>());
    InputStream buffered =
        in instanceof BufferedInputStream ? in : new BufferedInputStream(in, 1 << 16);
    byte[] chunk = buffered.readNBytes(CHUNK);
    do {
      Block leaf = Block.of(Cid.RAW, Bytes.wrap(chunk));
      sink.accept(leaf);
      levels.get(0).add(new Part(leaf.cid(), chunk.length, chunk.length));
      for (int level = 0; levels.get(level).size() == WIDTH; level++) {
        raise(levels, level, sink);
      }
      chunk = chunk.length < CHUNK ? new byte[0] : buffered.readNBytes(CHUNK);
    } while (chunk.length > 0);
    for (int level = 0; ; level++) {
      List<Part> parts = levels.get(level);
      if (level == levels.size() - 1 && parts.size() == 1) {
        return parts.get(0);
      }
      if (!parts.isEmpty()) {
        raise(levels, level, sink);
      }
    }
  }

  private static void raise(List<List<Part>> levels, int level, Sink sink) throws IOException {
    List<Part> parts = levels.get(level);
    UnixFsNode file = UnixFsNode.file(parts.stream().map(Part::content).toList());
    List<DagPb.Link> links =
        parts.stream().map(part -> DagPb.Link.of(part.cid, Bytes.EMPTY, part.total)).toList();
    if (level + 1 == levels.size()) {
      levels.add(new ArrayList<>());
    }
    levels
        .get(level + 1)
        .add(put(new DagPb(links, Optional.of(file.encode())), file.size().orElseThrow(), sink));
    parts.clear();
  }

  private static Part put(DagPb node, long content, Sink sink) throws IOException {
    Block block = node.block();
    sink.accept(block);
    long below = node.links().stream().mapToLong(link -> link.size().orElse(0)).sum();
    return new Part(block.cid(), content, block.bytes().size() + below);
  }

  private static long cat(Cid cid, BlockStore store, OutputStream out, int depth)
      throws IOException, DecodeException {
    if (depth > MAX_DEPTH) {
      throw new DecodeException(
          "Cannot read " + cid + ": it is more than " + MAX_DEPTH + " levels below its file");
    }
    Block block =
        store
            .get(cid)
            .orElseThrow(
                () ->
                    new IOException(
                        "Cannot read " + cid + ": " + store.describe() + " does not have it"));
    if (cid.codec() == Cid.RAW) {
      block.bytes().writeTo(out);
      return block.bytes().size();
    }
    DagPb node = node(block);
    UnixFsNode file = unixFs(cid, node);
    if (file.type() != UnixFsNode.Type.FILE && file.type() != UnixFsNode.Type.RAW) {
      throw new DecodeException(
          "Cannot read " + cid + ": expected a file, found " + named(file.type()));
    }
    if (file.parts().size() != node.links().size()) {
      throw new DecodeException(
          "Cannot read %s: expected the sizes of %d parts, found %d"
              .formatted(cid, node.links().size(), file.parts().size()));
    }
    Bytes own = file.data().orElse(Bytes.EMPTY);
    own.writeTo(out);
    long size = own.size();
    for (int i = 0; i < node.links().size(); i++) {
      Cid part = node.links().get(i).cid();
      long partSize = cat(part, store, out, depth + 1);
      requireSize(part, file.parts().get(i), partSize);
      size += partSize;
    }
    if (file.size().isPresent()) {
      requireSize(cid, file.size().getAsLong(), size);
    }
    return size;
  }

  private static void requireSize(Cid cid, long expected, long found) throws DecodeException {
    if (expected != found) {
      throw new DecodeException(
          "Cannot read %s: expected %d bytes of file, found %d".formatted(cid, expected, found));
    }
  }

  private static DagPb node(Block block) throws DecodeException {
    if (block.cid().codec() != Cid.DAG_PB) {
      throw notUnixFs(block.cid());
    }
    return DagPb.decode(block.bytes());
  }

  private static UnixFsNode unixFs(Cid cid, DagPb node) throws DecodeException {
    if (node.data().isEmpty()) {
      throw new DecodeException("Cannot read " + cid + ": it is dag-pb, but not UnixFS");
    }
    return UnixFsNode.decode(node.data().get());
  }

  private static DecodeException notUnixFs(Cid cid) {
    return new DecodeException(
        "Cannot read %s: expected a file or directory (raw or dag-pb), found codec 0x%02x"
            .formatted(cid, cid.codec()));
  }

  private static String named(UnixFsNode.Type type) {
    return switch (type) {
      case RAW, FILE -> "a file";
      case DIRECTORY -> "a directory";
      case SHARDED_DIRECTORY -> "a sharded directory";
      case SYMLINK -> "a symbolic link";
      case METADATA -> "metadata";
    };
  }

  private static String text(Bytes name) throws DecodeException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name.toArray())).toString();
    } catch (CharacterCodingException e) {
      throw new DecodeException(
          "Invalid name in a directory: expected UTF-8, found 0x" + name.hex(), e);
    }
  }
}
