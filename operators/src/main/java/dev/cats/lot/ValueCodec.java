package dev.cats.lot;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Conversion;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;

/** How a value of one Avro schema is written and read, compiled once. */
sealed interface ValueCodec
    permits ValueCodec.Primitive,
        ValueCodec.Nullable,
        ValueCodec.Listed,
        ValueCodec.Mapped,
        ValueCodec.Enumerated,
        ValueCodec.Converted,
        SpecificCodec.Fields,
        PojoCodec {

  Schema schema();

  void write(Object value, AvroOut out);

  Object read(AvroIn in);

  /** What a Java type is on the wire. */
  enum Form {
    STRING,
    INT,
    SHORT,
    BYTE,
    LONG,
    FLOAT,
    DOUBLE,
    BOOLEAN,
    BYTE_BUFFER,
    BYTE_ARRAY,
    MILLIS,
    MICROS,
    NANOS,
    DATE
  }

  record Primitive(Form form, Schema schema) implements ValueCodec {
    private static final long MICROS = 1_000_000;
    private static final long NANOS = 1_000_000_000;

    @Override
    public void write(Object value, AvroOut out) {
      switch (form) {
        case STRING -> out.writeString((CharSequence) value);
        case INT -> out.writeLong((Integer) value);
        case SHORT -> out.writeLong((Short) value);
        case BYTE -> out.writeLong((Byte) value);
        case LONG -> out.writeLong((Long) value);
        case FLOAT -> out.writeFloat((Float) value);
        case DOUBLE -> out.writeDouble((Double) value);
        case BOOLEAN -> out.writeBoolean((Boolean) value);
        case BYTE_BUFFER -> out.writeBytes((ByteBuffer) value);
        case BYTE_ARRAY -> out.writeBytes((byte[]) value, 0, ((byte[]) value).length);
        case MILLIS -> {
          Instant instant = (Instant) value;
          if (!instant.equals(instant.truncatedTo(ChronoUnit.MILLIS))) {
            out.inexact();
          }
          out.writeLong(instant.toEpochMilli());
        }
        case MICROS -> {
          Instant instant = (Instant) value;
          if (instant.getNano() % 1_000 != 0) {
            out.inexact();
          }
          out.writeLong(micros(instant));
        }
        case NANOS -> out.writeLong(nanos((Instant) value));
        case DATE -> out.writeLong(((LocalDate) value).toEpochDay());
      }
    }

    private static long micros(Instant time) {
      try {
        // As below.
        long seconds = time.getEpochSecond();
        long part = time.getNano() / 1_000;
        return seconds < 0
            ? Math.addExact(Math.multiplyExact(seconds + 1, MICROS), part - MICROS)
            : Math.addExact(Math.multiplyExact(seconds, MICROS), part);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "Invalid time: expected one in microseconds of 64 bits since 1970, found " + time, e);
      }
    }

    private static long nanos(Instant time) {
      try {
        // Towards zero first, or the earliest second would overflow although its end does not.
        long seconds = time.getEpochSecond();
        return seconds < 0
            ? Math.addExact(Math.multiplyExact(seconds + 1, NANOS), (long) time.getNano() - NANOS)
            : Math.addExact(Math.multiplyExact(seconds, NANOS), time.getNano());
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "Invalid time: expected 1677-09-21T00:12:43Z to 2262-04-11T23:47:16Z, found " + time,
            e);
      }
    }

    @Override
    public Object read(AvroIn in) {
      return switch (form) {
        case STRING -> in.readString();
        case INT -> in.readInt();
        case SHORT -> (short) in.readInt();
        case BYTE -> (byte) in.readInt();
        case LONG -> in.readLong();
        case FLOAT -> in.readFloat();
        case DOUBLE -> in.readDouble();
        case BOOLEAN -> in.readBoolean();
        case BYTE_BUFFER -> in.readByteBuffer();
        case BYTE_ARRAY -> in.readBytes();
        case MILLIS -> Instant.ofEpochMilli(in.readLong());
        case MICROS -> {
          long micros = in.readLong();
          yield Instant.ofEpochSecond(
              Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000);
        }
        case NANOS -> {
          long nanos = in.readLong();
          yield Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
        }
        case DATE -> LocalDate.ofEpochDay(in.readLong());
      };
    }
  }

  /** A union of null and one other branch, in either order. */
  record Nullable(Schema schema, int nullBranch, ValueCodec value) implements ValueCodec {
    @Override
    public void write(Object object, AvroOut out) {
      out.writeIndex(object == null ? nullBranch : 1 - nullBranch);
      if (object != null) {
        value.write(object, out);
      }
    }

    @Override
    public Object read(AvroIn in) {
      return in.readInt() == nullBranch ? null : value.read(in);
    }
  }

  record Listed(Schema schema, ValueCodec item) implements ValueCodec {
    @Override
    public void write(Object value, AvroOut out) {
      List<?> items = (List<?>) value;
      out.setItemCount(items.size());
      for (Object each : items) {
        item.write(each, out);
      }
      out.writeArrayEnd();
    }

    @Override
    public Object read(AvroIn in) {
      List<Object> items = new ArrayList<>();
      for (long count = in.readLong(); count != 0; count = in.readLong()) {
        for (long i = 0; i < count; i++) {
          items.add(item.read(in));
        }
      }
      return items;
    }
  }

  /** Written in the order of its keys, so that equal maps give equal bytes. */
  record Mapped(Schema schema, ValueCodec item) implements ValueCodec {
    @Override
    public void write(Object value, AvroOut out) {
      Map<?, ?> items = (Map<?, ?>) value;
      if (items.isEmpty()) {
        out.writeMapEnd();
        return;
      }
      Map<String, Object> sorted = new TreeMap<>();
      items.forEach((key, each) -> sorted.put(key.toString(), each));
      out.setItemCount(sorted.size());
      sorted.forEach(
          (key, each) -> {
            out.writeString(key);
            item.write(each, out);
          });
      out.writeMapEnd();
    }

    @Override
    public Object read(AvroIn in) {
      Map<String, Object> items = new HashMap<>();
      for (long count = in.readLong(); count != 0; count = in.readLong()) {
        for (long i = 0; i < count; i++) {
          items.put(in.readString(), item.read(in));
        }
      }
      return items;
    }
  }

  /** By the position of the symbol in the schema, which stays; an ordinal would not. */
  record Enumerated(Schema schema, Map<String, Object> constants) implements ValueCodec {
    @Override
    public void write(Object value, AvroOut out) {
      String symbol = value instanceof Enum<?> e ? e.name() : value.toString();
      out.writeEnum(schema.getEnumOrdinal(symbol));
    }

    @Override
    public Object read(AvroIn in) {
      return constants.get(schema.getEnumSymbols().get(in.readInt()));
    }
  }

  /** A logical type that Avro's own conversion handles. */
  record Converted(Schema schema, Conversion<?> conversion, ValueCodec raw) implements ValueCodec {
    @Override
    public void write(Object value, AvroOut out) {
      LogicalType logical = schema.getLogicalType();
      if (!(value instanceof BigDecimal)) {
        // A conversion may drop what its unit cannot say, such as nanoseconds; a decimal's does
        // not.
        out.inexact();
      }
      raw.write(Conversions.convertToRawType(value, schema, logical, conversion), out);
    }

    @Override
    public Object read(AvroIn in) {
      return Conversions.convertToLogicalType(
          raw.read(in), schema, schema.getLogicalType(), conversion);
    }
  }

  /** Exact decimals as Avro's {@code decimal} needs a fixed scale, which a BigDecimal lacks. */
  static IllegalArgumentException unsupported(String where, Class<?> type) {
    String hint =
        type == BigDecimal.class || type == BigInteger.class
            ? "use an Avro record with the logical type decimal, or a String"
            : "use a Flink POJO, an Avro specific record, String, a primitive, Instant, LocalDate,"
                + " byte[], an enum, List or Map";
    return new IllegalArgumentException(
        "Cannot write down " + where + ": no Avro form for " + type.getTypeName() + "; " + hint);
  }
}
