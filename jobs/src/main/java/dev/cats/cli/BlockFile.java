package dev.cats.cli;

import dev.cats.bom.LotReader;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DagJson;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * A file that holds one block: its CID and content, or why it is refused.
 *
 * <p>The codec is read off the bytes: what decodes as strict dag-cbor is that; what begins as an
 * Avro object container file has to be a lot. Other bytes could be anything, so they are only taken
 * as raw or dag-pb when the file's name says so; else a broken dag-cbor block would pass as a good
 * raw one.
 *
 * @param cid the CID as text, null when refused
 * @param value the content as DAG-JSON, null when refused
 * @param error why it is refused, else null
 */
record BlockFile(String file, String cid, String value, String error) {

  /** Larger ones are no blocks anywhere: what IPFS implementations pass on to each other. */
  static final int MAX_SIZE = 2 << 20;

  static BlockFile read(Path path) {
    try {
      if (Files.isDirectory(path)) {
        throw new DecodeException("Cannot read it: expected a file, found a folder");
      }
      Bytes bytes;
      try (InputStream in = Files.newInputStream(path)) {
        bytes = Bytes.wrap(in.readNBytes(MAX_SIZE + 1));
      }
      if (bytes.size() > MAX_SIZE) {
        throw new DecodeException(
            "Invalid block: expected at most %d bytes (2 MiB), found %d"
                .formatted(MAX_SIZE, Files.size(path)));
      }
      return decode(path.toString(), bytes);
    } catch (NoSuchFileException e) {
      return refused(path, "Cannot read it: there is no such file");
    } catch (IOException e) {
      return refused(path, "Cannot read it: " + e);
    } catch (DecodeException | IllegalArgumentException e) {
      return refused(path, e.getMessage());
    }
  }

  private static BlockFile decode(String file, Bytes bytes) throws DecodeException {
    if (file.endsWith(".raw") && !Documents.looksLikeLot(bytes)) {
      return of(file, Cid.RAW, bytes, DagJson.encode(Node.of(bytes)));
    }
    if (file.endsWith(".dag-pb")) {
      Block block = Block.of(Cid.DAG_PB, bytes);
      return of(file, Cid.DAG_PB, bytes, DagJson.encode(OtherBlock.dagPb(block)));
    }
    try {
      return of(file, Cid.DAG_CBOR, bytes, DagJson.encode(DagCbor.decode(bytes)));
    } catch (DecodeException e) {
      if (!Documents.looksLikeLot(bytes)) {
        throw e;
      }
    }
    LotReader lot = LotReader.of(Block.of(Cid.RAW, bytes));
    StringJoiner records = new StringJoiner(",", "[", "]");
    for (int i = 0; i < lot.records(); i++) {
      records.add(lot.json(i));
    }
    return of(file, Cid.RAW, bytes, records.toString());
  }

  private static BlockFile of(String file, int codec, Bytes bytes, String value) {
    return new BlockFile(file, Cid.sha256(codec, bytes).toString(), value, null);
  }

  private static BlockFile refused(Path file, String error) {
    return new BlockFile(file.toString(), null, null, error);
  }

  boolean isRefused() {
    return error != null;
  }

  /** {@code {"file","cid","value"}} or {@code {"file","error"}}. */
  String line() {
    return Json.object(
        json -> {
          json.writeStringField("file", file);
          if (isRefused()) {
            json.writeStringField("error", error);
          } else {
            json.writeStringField("cid", cid);
            Json.raw(json, "value", value);
          }
        });
  }
}
