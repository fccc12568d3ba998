package dev.cats.connector.ipfs;

import dev.cats.content.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Bytes to send, which can be opened more than once and need not be in memory as a whole. */
public interface Content {
  /** How many bytes that is. */
  long size();

  InputStream open() throws IOException;

  static Content of(Bytes bytes) {
    return new Content() {
      @Override
      public long size() {
        return bytes.size();
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes.toArray());
      }
    };
  }
}
