package dev.cats.lot;

import dev.cats.content.Cid;
import dev.cats.event.Position;
import dev.cats.event.TraceContext;
import dev.cats.step.Ref;
import javax.annotation.Nullable;

/**
 * What flows between steps: a record, the BOM of the lot it came out of, and its index in that lot.
 *
 * <p>It holds the record as its encoding in the lot, and decodes it when somebody asks; a record
 * that has not left the task it was made in is not decoded at all. Immutable, so that copying it is
 * free; nobody may change a value after emitting it.
 *
 * <p>While it is with the operators that are chained to the one that made it, the encoding is a
 * slice of a buffer that the next lot will be written over: an operator there that keeps a record
 * for longer than its call asks for the value first. What came over the network or out of state has
 * bytes of its own.
 *
 * <p>For as long it also knows the position that it goes back to in the outside world, if it is
 * one: for what a later step refuses. The position is not sent on, since behind an exchange a
 * record may go back to several; its BOM leads to all of them. The trace that it is a part of it
 * knows wherever it goes.
 */
public final class Traced<T> {
  private final Cid bom;

  /** Its complement for the last record of a lot: there is one of these objects per record. */
  private final int place;

  private final byte[] buffer;
  private final int offset;
  private final int length;
  private final Codec<T> codec;
  @Nullable private final Object key;
  @Nullable private final Position position;
  @Nullable private final TraceContext trace;
  @Nullable private T value;

  /** A record that is part of no trace. */
  Traced(
      Cid bom,
      int index,
      boolean last,
      byte[] buffer,
      int offset,
      int length,
      Codec<T> codec,
      @Nullable Object key,
      @Nullable T value) {
    this(bom, index, last, buffer, offset, length, codec, key, value, null, null);
  }

  Traced(
      Cid bom,
      int index,
      boolean last,
      byte[] buffer,
      int offset,
      int length,
      Codec<T> codec,
      @Nullable Object key,
      @Nullable T value,
      @Nullable Position position,
      @Nullable TraceContext trace) {
    this.bom = bom;
    this.place = last ? ~index : index;
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
    this.codec = codec;
    this.key = key;
    this.value = value;
    this.position = position;
    this.trace = trace;
  }

  public T value() {
    if (value == null) {
      value = codec.decode(buffer, offset, length);
    }
    return value;
  }

  /** The BOM of the lot that this record is in. */
  public Cid bom() {
    return bom;
  }

  /** Which record of that lot, from 0. */
  public int index() {
    return last() ? ~place : place;
  }

  public Ref ref() {
    return new Ref(bom, index());
  }

  /** Whether this is the last record of its lot: who reads one lot at a time can seal now. */
  boolean last() {
    return place < 0;
  }

  /** The key that travels with the record after a keyBy, so that nobody decodes it for its key. */
  @Nullable
  Object key() {
    return key;
  }

  /** Where in the outside world this goes back to; null where that is not known here. */
  @Nullable
  Position position() {
    return position;
  }

  /** The trace that this is a part of, because what it was made from is; null for none. */
  @Nullable
  TraceContext trace() {
    return trace;
  }

  Traced<T> withKey(Object newKey) {
    return new Traced<>(
        bom, index(), last(), buffer, offset, length, codec, newKey, value, null, trace);
  }

  byte[] buffer() {
    return buffer;
  }

  int offset() {
    return offset;
  }

  int length() {
    return length;
  }

  @Override
  public String toString() {
    return bom + "/" + index() + ": " + value();
  }
}
