package dev.cats.egress;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.HashMismatchException;
import dev.cats.content.SegmentWriter;
import dev.cats.content.UnixFs;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.core.fs.Path;

/**
 * What every BOM of a job stands on and what is the same for all of them: the orders with their
 * functions and structure, and the files that these name. It is stored before the first manifest,
 * so that a chain never names what cannot be fetched.
 */
public record Prelude(List<Document> documents, List<Artifact> artifacts) implements Serializable {

  /** A small document, as the job's client encoded it. */
  @SuppressWarnings("ArrayRecordComponent") // java.io serializes it; its CID is its identity
  public record Document(Cid cid, byte[] bytes) implements Serializable {
    public static Document of(Block block) {
      return new Document(block.cid(), block.bytes().toArray());
    }
  }

  /**
   * A file or folder that documents name by its UnixFS CID.
   *
   * @param location its URI, or {@code class:NAME} for the jar or folder that a class was loaded
   *     from, which lies elsewhere on every machine
   */
  public record Artifact(Cid cid, String location) implements Serializable {
    private static final String CLASS = "class:";

    /** A file of any file system that Flink knows, or a folder of this machine. */
    public static Artifact of(URI file) throws IOException {
      return new Artifact(blocks(file, UnixFs.Sink.NONE), file.toString());
    }

    public static Artifact of(Class<?> loaded) throws IOException {
      return new Artifact(blocks(codeSource(loaded), UnixFs.Sink.NONE), CLASS + loaded.getName());
    }

    /** Where it is on this machine. */
    private URI uri() throws IOException {
      if (!location.startsWith(CLASS)) {
        return URI.create(location);
      }
      String name = location.substring(CLASS.length());
      try {
        return codeSource(
            Class.forName(name, false, Thread.currentThread().getContextClassLoader()));
      } catch (ClassNotFoundException e) {
        throw new IOException("Cannot find the jar of class " + name + ": not in the job", e);
      }
    }

    /** Gives its blocks to {@code sink}, refusing it if it is not what it was. */
    void blocks(UnixFs.Sink sink) throws IOException {
      URI uri = uri();
      Cid found;
      try {
        found = blocks(uri, sink);
      } catch (FileNotFoundException | NoSuchFileException e) {
        throw new IOException(
            "Cannot store "
                + uri
                + ", which the BOMs of this job name: it is gone since the job was submitted;"
                + " put it back, or submit the job again",
            e);
      }
      if (!found.equals(cid)) {
        throw new IOException(
            "Cannot store "
                + uri
                + ": it changed since the job was submitted\n  expected "
                + cid
                + "\n  found    "
                + found);
      }
    }

    private static Cid blocks(URI uri, UnixFs.Sink sink) throws IOException {
      if (uri.getScheme() == null || uri.getScheme().equals("file")) {
        return UnixFs.path(java.nio.file.Path.of(uri.getPath()), sink);
      }
      Path path = new Path(uri);
      try (InputStream in = path.getFileSystem().open(path)) {
        return UnixFs.file(in, sink);
      }
    }

    private static URI codeSource(Class<?> loaded) throws IOException {
      var source = loaded.getProtectionDomain().getCodeSource();
      if (source == null) {
        throw new IOException("Cannot find the jar of " + loaded.getName() + ": it has none");
      }
      try {
        return source.getLocation().toURI();
      } catch (URISyntaxException e) {
        throw new IOException(
            "Cannot find the jar of " + loaded.getName() + " at " + source.getLocation(), e);
      }
    }
  }

  public Prelude {
    documents = List.copyOf(documents);
    artifacts = List.copyOf(artifacts);
  }

  List<Cid> artifactCids() {
    return artifacts.stream().map(Artifact::cid).distinct().toList();
  }

  /**
   * Stores what the store does not have yet, as one committed segment.
   *
   * @throws IOException if a file is not what it was when the job was submitted
   */
  void store(BlockStore store, String segmentName) throws IOException {
    Set<Cid> written = new HashSet<>();
    try (SegmentWriter segment = store.newSegment(segmentName)) {
      for (Artifact artifact : missing(store)) {
        artifact.blocks(block -> append(store, segment, written, block));
      }
      for (Document document : documents) {
        append(store, segment, written, block(document));
      }
      if (segment.blocks() == 0) {
        return;
      }
      segment.seal();
    }
    store.commit(segmentName);
  }

  private List<Artifact> missing(BlockStore store) throws IOException {
    List<Artifact> missing = new ArrayList<>();
    Set<Cid> seen = new HashSet<>();
    for (Artifact artifact : artifacts) {
      if (seen.add(artifact.cid()) && !isWhole(artifact.cid(), store)) {
        missing.add(artifact);
      }
    }
    return missing;
  }

  /** Of files that share blocks with others, some blocks may have been pruned with those. */
  private static boolean isWhole(Cid cid, BlockStore store) throws IOException {
    if (!store.has(cid)) {
      return false;
    }
    if (cid.codec() == Cid.RAW) {
      return true;
    }
    try {
      for (Cid part : UnixFs.links(store.get(cid).orElseThrow())) {
        if (!isWhole(part, store)) {
          return false;
        }
      }
    } catch (DecodeException e) {
      throw new IOException("Cannot read " + cid + ": " + e.getMessage(), e);
    }
    return true;
  }

  private static Block block(Document document) {
    try {
      return Block.check(document.cid(), Bytes.wrap(document.bytes()));
    } catch (HashMismatchException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void append(BlockStore store, SegmentWriter segment, Set<Cid> written, Block block)
      throws IOException {
    if (written.add(block.cid()) && !store.has(block.cid())) {
      segment.append(block);
    }
  }
}
