package dev.cats.ray;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.util.Utf8;

/**
 * One value of a record in both of its forms, Avro's and Arrow's, compiled once:
 *
 * <pre>
 * boolean, int, long, float, double    the same
 * string, uuid, enum                   utf8
 * bytes, fixed                         binary, fixed_size_binary
 * decimal (bytes or fixed)             decimal128, decimal256 above 38 digits
 * date, time-millis, time-micros       date32, time32, time64
 * timestamp-millis, -micros, -nanos    timestamp of that unit in UTC; local-timestamp- without a zone
 * record                               struct
 * array                                list
 * union of null and one other          the other, nullable
 * </pre>
 *
 * <p>What Arrow or numpy would have to guess at is refused: other unions, maps, records within
 * themselves, {@code null} alone, durations.
 */
final class Column {
  private static final int MAX_DECIMAL_128 = 38;
  private static final int MAX_DECIMAL_256 = 76;

  private interface FromAvro {
    void copy(BinaryDecoder in, FieldVector out, int index) throws IOException;
  }

  private interface ToAvro {
    void copy(FieldVector in, int index, BinaryEncoder out) throws IOException;
  }

  /** A field's name with those of the records around it. */
  private final String path;

  private final Field field;

  /** Which branch of its union is null; -1 where it is no union. */
  private final int nullBranch;

  private final FromAvro fromAvro;
  private final ToAvro toAvro;

  private Column(String path, Field field, int nullBranch, FromAvro fromAvro, ToAvro toAvro) {
    this.path = path;
    this.field = field;
    this.nullBranch = nullBranch;
    this.fromAvro = fromAvro;
    this.toAvro = toAvro;
  }

  /**
   * The columns of a record.
   *
   * @throws IllegalArgumentException for what cannot cross, with the field and its type
   */
  static List<Column> of(Schema record) {
    if (record.getType() != Schema.Type.RECORD) {
      throw new IllegalArgumentException(
          "Cannot make Arrow columns of " + record + ": expected a record with named fields");
    }
    return fields("", record, Set.of());
  }

  private static List<Column> fields(String path, Schema record, Set<String> around) {
    if (around.contains(record.getFullName())) {
      throw refused(path, "a " + record.getName() + " within itself");
    }
    Set<String> inside = new java.util.HashSet<>(around);
    inside.add(record.getFullName());
    List<Column> columns = new ArrayList<>();
    for (Schema.Field each : record.getFields()) {
      String at = path.isEmpty() ? each.name() : path + "." + each.name();
      columns.add(of(at, each.name(), each.schema(), inside));
    }
    return columns;
  }

  private static Column of(String path, String name, Schema schema, Set<String> around) {
    if (schema.getType() != Schema.Type.UNION) {
      return value(path, name, schema, -1, around);
    }
    List<Schema> branches = schema.getTypes();
    int nullBranch = schema.getIndexNamed("null") == null ? -1 : schema.getIndexNamed("null");
    if (branches.size() != 2 || nullBranch < 0) {
      throw refused(path, "a union of " + branches.stream().map(Schema::getName).toList());
    }
    return value(path, name, branches.get(1 - nullBranch), nullBranch, around);
  }

  private static IllegalArgumentException refused(String path, String what) {
    return new IllegalArgumentException(
        "Cannot make an Arrow column of field "
            + path
            + ": it is "
            + what
            + "; expected numbers, text, bytes, times, decimals, enums, records and arrays of those,"
            + " or a union of one of them with null");
  }

  private static Column value(
      String path, String name, Schema schema, int nullBranch, Set<String> around) {
    LogicalType logical = schema.getLogicalType();
    String said = logical == null ? schema.getProp("logicalType") : logical.getName();
    if (logical instanceof LogicalTypes.Decimal decimal) {
      return decimal(path, name, schema, decimal, nullBranch);
    }
    ColumnMaker maker = new ColumnMaker(path, name, nullBranch);
    return switch (schema.getType()) {
      case BOOLEAN ->
          maker.of(
              ArrowType.Bool.INSTANCE,
              (in, v, i) -> ((BitVector) v).setSafe(i, in.readBoolean() ? 1 : 0),
              (v, i, out) -> out.writeBoolean(((BitVector) v).get(i) == 1));
      case INT -> integer(maker, said);
      case LONG -> longInteger(maker, said);
      case FLOAT ->
          maker.of(
              new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
              (in, v, i) -> ((Float4Vector) v).setSafe(i, in.readFloat()),
              (v, i, out) -> out.writeFloat(((Float4Vector) v).get(i)));
      case DOUBLE ->
          maker.of(
              new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
              (in, v, i) -> ((Float8Vector) v).setSafe(i, in.readDouble()),
              (v, i, out) -> out.writeDouble(((Float8Vector) v).get(i)));
      case STRING ->
          maker.of(
              ArrowType.Utf8.INSTANCE,
              (in, v, i) -> {
                ByteBuffer text = in.readBytes(null);
                ((VarCharVector) v).setSafe(i, text, text.position(), text.remaining());
              },
              (v, i, out) -> out.writeString(new Utf8(((VarCharVector) v).get(i))));
      case ENUM -> enumeration(maker, path, schema);
      case BYTES ->
          maker.of(
              ArrowType.Binary.INSTANCE,
              (in, v, i) -> {
                ByteBuffer bytes = in.readBytes(null);
                ((VarBinaryVector) v).setSafe(i, bytes, bytes.position(), bytes.remaining());
              },
              (v, i, out) -> out.writeBytes(((VarBinaryVector) v).get(i)));
      case FIXED -> {
        if ("duration".equals(said)) {
          throw refused(path, "a duration");
        }
        yield maker.of(
            new ArrowType.FixedSizeBinary(schema.getFixedSize()),
            (in, v, i) -> {
              byte[] bytes = new byte[schema.getFixedSize()];
              in.readFixed(bytes);
              ((FixedSizeBinaryVector) v).setSafe(i, bytes);
            },
            (v, i, out) -> out.writeFixed(((FixedSizeBinaryVector) v).get(i)));
      }
      case RECORD -> record(maker, fields(path, schema, around));
      case ARRAY -> array(maker, of(path + "[]", "item", schema.getElementType(), around));
      case MAP -> throw refused(path, "a map (use an array of records)");
      default -> throw refused(path, schema.getType().getName());
    };
  }

  private static Column integer(ColumnMaker maker, String logical) {
    if ("date".equals(logical)) {
      return maker.of(
          new ArrowType.Date(DateUnit.DAY),
          (in, v, i) -> ((DateDayVector) v).setSafe(i, in.readInt()),
          (v, i, out) -> out.writeInt(((DateDayVector) v).get(i)));
    }
    if ("time-millis".equals(logical)) {
      return maker.of(
          new ArrowType.Time(TimeUnit.MILLISECOND, 32),
          (in, v, i) -> ((TimeMilliVector) v).setSafe(i, in.readInt()),
          (v, i, out) -> out.writeInt(((TimeMilliVector) v).get(i)));
    }
    return maker.of(
        new ArrowType.Int(32, true),
        (in, v, i) -> ((IntVector) v).setSafe(i, in.readInt()),
        (v, i, out) -> out.writeInt(((IntVector) v).get(i)));
  }

  private static Column longInteger(ColumnMaker maker, String logical) {
    if ("time-micros".equals(logical)) {
      return maker.of(
          new ArrowType.Time(TimeUnit.MICROSECOND, 64),
          (in, v, i) -> ((TimeMicroVector) v).setSafe(i, in.readLong()),
          (v, i, out) -> out.writeLong(((TimeMicroVector) v).get(i)));
    }
    if (logical != null && logical.contains("timestamp-")) {
      TimeUnit unit =
          logical.endsWith("millis")
              ? TimeUnit.MILLISECOND
              : logical.endsWith("micros") ? TimeUnit.MICROSECOND : TimeUnit.NANOSECOND;
      return maker.of(
          new ArrowType.Timestamp(unit, logical.startsWith("local-") ? null : "UTC"),
          (in, v, i) -> ((TimeStampVector) v).setSafe(i, in.readLong()),
          (v, i, out) -> out.writeLong(((TimeStampVector) v).get(i)));
    }
    return maker.of(
        new ArrowType.Int(64, true),
        (in, v, i) -> ((BigIntVector) v).setSafe(i, in.readLong()),
        (v, i, out) -> out.writeLong(((BigIntVector) v).get(i)));
  }

  private static Column enumeration(ColumnMaker maker, String path, Schema schema) {
    byte[][] symbols =
        schema.getEnumSymbols().stream().map(Utf8::getBytesFor).toArray(byte[][]::new);
    return maker.of(
        ArrowType.Utf8.INSTANCE,
        (in, v, i) -> ((VarCharVector) v).setSafe(i, symbols[in.readEnum()]),
        (v, i, out) -> {
          byte[] symbol = ((VarCharVector) v).get(i);
          for (int ordinal = 0; ordinal < symbols.length; ordinal++) {
            if (Arrays.equals(symbols[ordinal], symbol)) {
              out.writeEnum(ordinal);
              return;
            }
          }
          throw new UnmappableException(
              path, i, "one of " + schema.getEnumSymbols(), "'" + new Utf8(symbol) + "'");
        });
  }

  private static Column decimal(
      String path, String name, Schema schema, LogicalTypes.Decimal type, int nullBranch) {
    int precision = type.getPrecision();
    int scale = type.getScale();
    if (precision > MAX_DECIMAL_256) {
      throw refused(
          path, "a decimal of " + precision + " digits (at most " + MAX_DECIMAL_256 + ")");
    }
    boolean small = precision <= MAX_DECIMAL_128;
    boolean isFixed = schema.getType() == Schema.Type.FIXED;
    return new ColumnMaker(path, name, nullBranch)
        .of(
            new ArrowType.Decimal(precision, scale, small ? 128 : 256),
            (in, v, i) -> {
              byte[] bytes;
              if (isFixed) {
                bytes = new byte[schema.getFixedSize()];
                in.readFixed(bytes);
              } else {
                ByteBuffer read = in.readBytes(null);
                bytes = new byte[read.remaining()];
                read.get(bytes);
              }
              BigDecimal value = new BigDecimal(new BigInteger(bytes), scale);
              if (small) {
                ((DecimalVector) v).setSafe(i, value);
              } else {
                ((Decimal256Vector) v).setSafe(i, value);
              }
            },
            (v, i, out) -> {
              BigDecimal value = (BigDecimal) v.getObject(i);
              byte[] bytes = value.unscaledValue().toByteArray();
              if (!isFixed) {
                out.writeBytes(bytes);
                return;
              }
              byte[] padded = new byte[schema.getFixedSize()];
              if (bytes.length > padded.length) {
                throw new UnmappableException(
                    path, i, "a decimal of " + padded.length + " bytes", value.toString());
              }
              int at = padded.length - bytes.length;
              Arrays.fill(padded, 0, at, (byte) (value.signum() < 0 ? -1 : 0));
              System.arraycopy(bytes, 0, padded, at, bytes.length);
              out.writeFixed(padded);
            });
  }

  private static Column record(ColumnMaker maker, List<Column> columns) {
    return maker.of(
        ArrowType.Struct.INSTANCE,
        columns,
        (in, v, i) -> {
          StructVector struct = (StructVector) v;
          struct.setIndexDefined(i);
          for (int child = 0; child < columns.size(); child++) {
            columns.get(child).read(in, (FieldVector) struct.getChildByOrdinal(child), i);
          }
        },
        (v, i, out) -> {
          for (int child = 0; child < columns.size(); child++) {
            columns
                .get(child)
                .write((FieldVector) ((StructVector) v).getChildByOrdinal(child), i, out);
          }
        });
  }

  private static Column array(ColumnMaker maker, Column item) {
    return maker.of(
        ArrowType.List.INSTANCE,
        List.of(item),
        (in, v, i) -> {
          ListVector list = (ListVector) v;
          FieldVector items = list.getDataVector();
          int at = list.startNewValue(i);
          int count = 0;
          for (long block = in.readArrayStart(); block != 0; block = in.arrayNext()) {
            for (long each = 0; each < block; each++) {
              item.read(in, items, at + count++);
            }
          }
          list.endValue(i, count);
        },
        (v, i, out) -> {
          ListVector list = (ListVector) v;
          int start = list.getElementStartIndex(i);
          int end = list.getElementEndIndex(i);
          out.writeArrayStart();
          out.setItemCount(end - start);
          for (int at = start; at < end; at++) {
            out.startItem();
            item.write(list.getDataVector(), at, out);
          }
          out.writeArrayEnd();
        });
  }

  Field field() {
    return field;
  }

  /** Takes the next value from {@code in} and sets it at {@code index}. */
  void read(BinaryDecoder in, FieldVector out, int index) throws IOException {
    if (nullBranch >= 0 && in.readIndex() == nullBranch) {
      in.readNull();
      out.setNull(index);
      return;
    }
    fromAvro.copy(in, out, index);
  }

  /**
   * Appends the value at {@code index} to {@code out}.
   *
   * @throws UnmappableException for a value that its Avro type does not hold
   */
  void write(FieldVector in, int index, BinaryEncoder out) throws IOException {
    boolean absent = in.isNull(index);
    if (nullBranch >= 0) {
      out.writeIndex(absent ? nullBranch : 1 - nullBranch);
    }
    if (!absent) {
      toAvro.copy(in, index, out);
    } else if (nullBranch < 0) {
      throw new UnmappableException(path, index, "a value", "null");
    } else {
      out.writeNull();
    }
  }

  /** What the parts of a column have in common. */
  private record ColumnMaker(String path, String name, int nullBranch) {
    Column of(ArrowType type, FromAvro fromAvro, ToAvro toAvro) {
      return of(type, List.of(), fromAvro, toAvro);
    }

    Column of(ArrowType type, List<Column> children, FromAvro fromAvro, ToAvro toAvro) {
      Field field =
          new Field(
              name,
              new FieldType(nullBranch >= 0, type, null),
              children.stream().map(Column::field).toList());
      return new Column(path, field, nullBranch, fromAvro, toAvro);
    }
  }

  /** A value of an answer that its Avro type does not hold. */
  static final class UnmappableException extends IOException {
    private static final long serialVersionUID = 1L;

    UnmappableException(String path, int row, String expected, String found) {
      super("column " + path + ", row " + row + ": expected " + expected + ", found " + found);
    }
  }
}
