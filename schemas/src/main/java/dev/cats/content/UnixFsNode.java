package dev.cats.content;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a dag-pb node says in UnixFS: a part of a file, a directory or a symbolic link.
 *
 * @param data of a file, the bytes it begins with (none where leaves are raw); of a symbolic link,
 *     its target
 * @param size of a file in bytes
 * @param parts the size of what is behind each link of a file
 */
record UnixFsNode(Type type, Optional<Bytes> data, OptionalLong size, List<Long> parts) {

  /** The code is what is written. */
  enum Type {
    RAW(0),
    DIRECTORY(1),
    FILE(2),
    METADATA(3),
    SYMLINK(4),
    SHARDED_DIRECTORY(5);

    private final int code;

    Type(int code) {
      this.code = code;
    }
  }

  UnixFsNode {
    parts = List.copyOf(parts);
  }

  static UnixFsNode directory() {
    return new UnixFsNode(Type.DIRECTORY, Optional.empty(), OptionalLong.empty(), List.of());
  }

  static UnixFsNode symlink(Bytes target) {
    return new UnixFsNode(Type.SYMLINK, Optional.of(target), OptionalLong.empty(), List.of());
  }

  static UnixFsNode file(List<Long> parts) {
    long size = parts.stream().mapToLong(Long::longValue).sum();
    return new UnixFsNode(Type.FILE, Optional.empty(), OptionalLong.of(size), parts);
  }

  Bytes encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DagPb.number(out, 1, type.code);
    data.ifPresent(bytes -> DagPb.bytes(out, 2, bytes));
    size.ifPresent(number -> DagPb.number(out, 3, number));
    parts.forEach(part -> DagPb.number(out, 4, part));
    return Bytes.wrap(out.toByteArray());
  }

  /**
   * Reads the data of a node. Mode and time of last change, which other profiles write, are allowed
   * and ignored; they follow everything that is used here.
   */
  static UnixFsNode decode(Bytes bytes) throws DecodeException {
    DagPb.Fields fields = new DagPb.Fields(bytes, "UnixFS node");
    if (!fields.at(1, 0)) {
      throw new DecodeException("Invalid UnixFS node: expected a type first, found none");
    }
    Type type = type(fields.number());
    Optional<Bytes> data = fields.at(2, 2) ? Optional.of(fields.bytes()) : Optional.empty();
    OptionalLong size = fields.at(3, 0) ? OptionalLong.of(fields.number()) : OptionalLong.empty();
    List<Long> parts = new ArrayList<>();
    while (fields.at(4, 0)) {
      parts.add(fields.number());
    }
    for (int ignored = 5; ignored <= 7; ignored++) {
      if (fields.at(ignored, 0)) {
        fields.number();
      }
    }
    if (fields.at(8, 2)) {
      fields.bytes();
    }
    fields.end();
    return new UnixFsNode(type, data, size, parts);
  }

  private static Type type(long code) throws DecodeException {
    for (Type type : Type.values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new DecodeException("Invalid UnixFS node: expected a type from 0 to 5, found " + code);
  }
}
