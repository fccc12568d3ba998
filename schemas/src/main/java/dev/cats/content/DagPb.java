package dev.cats.content;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A node of dag-pb, the protobuf that UnixFS is written in: links, and opaque data.
 *
 * <p>Protobuf has many encodings of one message, dag-pb has one: links before data, the fields of a
 * link in the order of their numbers, links in the order of their names' bytes, and the shortest
 * varints. {@link #decode} accepts only that, so what it accepts encodes to itself.
 */
record DagPb(List<Link> links, Optional<Bytes> data) {
  private static final int LENGTH_DELIMITED = 2;
  private static final int VARINT = 0;

  /** {@code size} is that of everything under the link, as its maker says; nobody checks it. */
  record Link(Cid cid, Optional<Bytes> name, OptionalLong size) {
    Link {
      if (size.isPresent() && size.getAsLong() < 0) {
        throw new IllegalArgumentException("Invalid dag-pb link: size " + size.getAsLong());
      }
    }

    static Link of(Cid cid, Bytes name, long size) {
      return new Link(cid, Optional.of(name), OptionalLong.of(size));
    }

    private Bytes sortKey() {
      return name.orElse(Bytes.EMPTY);
    }
  }

  DagPb {
    links = List.copyOf(links);
    for (int i = 1; i < links.size(); i++) {
      if (links.get(i - 1).sortKey().compareTo(links.get(i).sortKey()) > 0) {
        throw new IllegalArgumentException(
            "Invalid dag-pb: links are not in the order of their names");
      }
    }
  }

  Block block() {
    return Block.of(Cid.DAG_PB, encode());
  }

  Bytes encode() {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    for (Link link : links) {
      ByteArrayOutputStream encoded = new ByteArrayOutputStream();
      bytes(encoded, 1, link.cid.bytes());
      link.name.ifPresent(name -> bytes(encoded, 2, name));
      link.size.ifPresent(size -> number(encoded, 3, size));
      bytes(node, 2, Bytes.wrap(encoded.toByteArray()));
    }
    data.ifPresent(bytes -> bytes(node, 1, bytes));
    return Bytes.wrap(node.toByteArray());
  }

  static DagPb decode(Bytes bytes) throws DecodeException {
    Fields fields = new Fields(bytes, "dag-pb");
    List<Link> links = new ArrayList<>();
    while (fields.at(2, LENGTH_DELIMITED)) {
      Link link = link(fields.bytes());
      if (!links.isEmpty() && links.get(links.size() - 1).sortKey().compareTo(link.sortKey()) > 0) {
        throw new DecodeException(
            "Invalid dag-pb: expected links in the order of their names, found link "
                + links.size()
                + " out of order");
      }
      links.add(link);
    }
    Optional<Bytes> data =
        fields.at(1, LENGTH_DELIMITED) ? Optional.of(fields.bytes()) : Optional.empty();
    fields.end();
    return new DagPb(links, data);
  }

  private static Link link(Bytes bytes) throws DecodeException {
    Fields fields = new Fields(bytes, "dag-pb link");
    if (!fields.at(1, LENGTH_DELIMITED)) {
      throw new DecodeException("Invalid dag-pb link: expected a CID first, found none");
    }
    Cid cid = Cid.decode(fields.bytes());
    Optional<Bytes> name =
        fields.at(2, LENGTH_DELIMITED) ? Optional.of(fields.bytes()) : Optional.empty();
    OptionalLong size =
        fields.at(3, VARINT) ? OptionalLong.of(fields.number()) : OptionalLong.empty();
    fields.end();
    return new Link(cid, name, size);
  }

  static void bytes(ByteArrayOutputStream out, int field, Bytes value) {
    varint(out, field << 3 | LENGTH_DELIMITED);
    varint(out, value.size());
    out.write(value.array(), value.offset(), value.size());
  }

  static void number(ByteArrayOutputStream out, int field, long value) {
    varint(out, field << 3 | VARINT);
    varint(out, value);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    byte[] bytes = new byte[Varint.MAX_SIZE];
    out.write(bytes, 0, Varint.write(value, bytes, 0));
  }

  /**
   * The fields of a protobuf message one after the other, for a reader who knows which may come
   * next.
   */
  static final class Fields {
    private final Bytes message;
    private final String what;
    private int at;

    Fields(Bytes message, String what) {
      this.message = message;
      this.what = what;
    }

    /** Whether this field is next; if so its value is, from now on. */
    boolean at(int field, int wireType) {
      if (at < message.size() && message.at(at) == (field << 3 | wireType)) {
        at++;
        return true;
      }
      return false;
    }

    Bytes bytes() throws DecodeException {
      long length = number();
      if (length > message.size() - at) {
        throw new DecodeException(
            "Invalid %s: expected %d bytes, found the end after %d"
                .formatted(what, length, message.size() - at));
      }
      at += (int) length;
      return message.slice(at - (int) length, at);
    }

    long number() throws DecodeException {
      long number;
      try {
        number =
            Varint.read(message.array(), message.offset() + at, message.offset() + message.size());
      } catch (DecodeException e) {
        throw new DecodeException(
            "Invalid %s at byte %d: %s".formatted(what, at, e.getMessage()), e);
      }
      at += Varint.size(number);
      return number;
    }

    void end() throws DecodeException {
      if (at < message.size()) {
        throw new DecodeException(
            "Invalid %s at byte %d: expected the end or another field, found tag 0x%02x"
                .formatted(what, at, message.at(at) & 0xff));
      }
    }
  }
}
