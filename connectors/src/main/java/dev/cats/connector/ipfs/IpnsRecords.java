package dev.cats.connector.ipfs;

import dev.cats.content.Bytes;
import java.io.IOException;
import java.util.Optional;

/** Who can be asked for records of names, and need not be believed. */
interface IpnsRecords {
  /** The newest record that it can find; nothing if it knows of none. */
  Optional<Bytes> record(IpnsName name) throws IOException;
}
