package dev.cats.lot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.avro.Conversion;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Codecs of Avro specific records: the generated encoder where there is one, else field by field.
 */
final class SpecificCodec {
  private SpecificCodec() {}

  static <T> Codec<T> of(Class<T> type) {
    SpecificData data = SpecificData.getForClass(type);
    Schema schema = data.getSchema(type);
    return Codec.of(type, record(type, schema, data, new HashMap<>()));
  }

  private static ValueCodec record(
      Class<?> type, Schema schema, SpecificData data, Map<String, ValueCodec> seen) {
    if (seen.containsKey(schema.getFullName())) {
      throw new IllegalArgumentException(
          "Cannot write down "
              + schema.getFullName()
              + ": it contains itself; pass a recursive structure by CID");
    }
    Fields codec = new Fields(type, schema);
    seen.put(schema.getFullName(), codec);
    SpecificRecordBase sample = codec.create();
    List<Schema.Field> fields = schema.getFields();
    for (int i = 0; i < fields.size(); i++) {
      Conversion<?> conversion = sample.getConversion(i);
      String where = "field " + fields.get(i).name() + " of " + schema.getFullName();
      codec.fields[i] = value(where, fields.get(i).schema(), conversion, data, seen);
    }
    seen.remove(schema.getFullName());
    return codec;
  }

  private static ValueCodec value(
      String where,
      Schema schema,
      Conversion<?> conversion,
      SpecificData data,
      Map<String, ValueCodec> seen) {
    if (schema.isUnion()) {
      List<Schema> branches = schema.getTypes();
      int nullBranch = branches.get(0).getType() == Schema.Type.NULL ? 0 : 1;
      if (branches.size() != 2 || branches.get(nullBranch).getType() != Schema.Type.NULL) {
        throw new IllegalArgumentException(
            "Cannot write down " + where + ": a union of more than null and one other type");
      }
      Schema other = branches.get(1 - nullBranch);
      Conversion<?> inner =
          conversion != null || other.getLogicalType() == null
              ? conversion
              : data.getConversionFor(other.getLogicalType());
      return new ValueCodec.Nullable(schema, nullBranch, value(where, other, inner, data, seen));
    }
    if (schema.getLogicalType() != null && conversion != null) {
      String logical = schema.getLogicalType().getName();
      if (logical.equals("timestamp-millis")) {
        return new ValueCodec.Primitive(ValueCodec.Form.MILLIS, schema);
      }
      if (logical.equals("timestamp-micros")) {
        return new ValueCodec.Primitive(ValueCodec.Form.MICROS, schema);
      }
      if (logical.equals("date")) {
        return new ValueCodec.Primitive(ValueCodec.Form.DATE, schema);
      }
      return new ValueCodec.Converted(schema, conversion, plain(where, schema, data, seen));
    }
    return plain(where, schema, data, seen);
  }

  private static ValueCodec plain(
      String where, Schema schema, SpecificData data, Map<String, ValueCodec> seen) {
    return switch (schema.getType()) {
      case STRING -> new ValueCodec.Primitive(ValueCodec.Form.STRING, schema);
      case INT -> new ValueCodec.Primitive(ValueCodec.Form.INT, schema);
      case LONG -> new ValueCodec.Primitive(ValueCodec.Form.LONG, schema);
      case FLOAT -> new ValueCodec.Primitive(ValueCodec.Form.FLOAT, schema);
      case DOUBLE -> new ValueCodec.Primitive(ValueCodec.Form.DOUBLE, schema);
      case BOOLEAN -> new ValueCodec.Primitive(ValueCodec.Form.BOOLEAN, schema);
      case BYTES -> new ValueCodec.Primitive(ValueCodec.Form.BYTE_BUFFER, schema);
      case ENUM -> {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : data.getClass(schema).getEnumConstants()) {
          constants.put(((Enum<?>) constant).name(), constant);
        }
        yield new ValueCodec.Enumerated(schema, constants);
      }
      case ARRAY ->
          new ValueCodec.Listed(
              schema,
              value(
                  where,
                  schema.getElementType(),
                  conversionOf(schema.getElementType(), data),
                  data,
                  seen));
      case MAP ->
          new ValueCodec.Mapped(
              schema,
              value(
                  where,
                  schema.getValueType(),
                  conversionOf(schema.getValueType(), data),
                  data,
                  seen));
      case RECORD -> record(data.getClass(schema), schema, data, seen);
      case FIXED, NULL, UNION ->
          throw new IllegalArgumentException(
              "Cannot write down "
                  + where
                  + ": no form for Avro type "
                  + schema.getType().getName()
                  + "; use bytes");
    };
  }

  private static Conversion<?> conversionOf(Schema schema, SpecificData data) {
    var logical = schema.getLogicalType();
    return logical == null ? null : data.getConversionFor(logical);
  }

  /** A record by its fields, through {@code get} and {@code put} of the generated class. */
  static final class Fields implements ValueCodec {
    private final Schema schema;
    private final Supplier<? extends SpecificRecordBase> constructor;
    final ValueCodec[] fields;
    private final boolean generated;

    Fields(Class<?> type, Schema schema) {
      this.schema = schema;
      this.fields = new ValueCodec[schema.getFields().size()];
      this.constructor = NoArgs.of(type.asSubclass(SpecificRecordBase.class));
      this.generated = hasGeneratedEncoder(create()) && !hasMaps(schema, new HashSet<>());
    }

    /** Avro generates an encoder for classes without logical types or larger unions. */
    private static boolean hasGeneratedEncoder(SpecificRecordBase sample) {
      try {
        Method method = SpecificRecordBase.class.getDeclaredMethod("hasCustomCoders");
        method.setAccessible(true);
        return (Boolean) method.invoke(sample);
      } catch (ReflectiveOperationException e) {
        return false;
      }
    }

    /** The generated encoder writes a map in its iteration order, which two runs need not share. */
    private static boolean hasMaps(Schema schema, Set<String> seen) {
      return switch (schema.getType()) {
        case MAP -> true;
        case ARRAY -> hasMaps(schema.getElementType(), seen);
        case UNION -> schema.getTypes().stream().anyMatch(each -> hasMaps(each, seen));
        case RECORD ->
            seen.add(schema.getFullName())
                && schema.getFields().stream().anyMatch(field -> hasMaps(field.schema(), seen));
        default -> false;
      };
    }

    SpecificRecordBase create() {
      return constructor.get();
    }

    @Override
    public Schema schema() {
      return schema;
    }

    @Override
    public void write(Object value, AvroOut out) {
      SpecificRecordBase record = (SpecificRecordBase) value;
      if (generated) {
        try {
          record.customEncode(out);
          return;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (NullPointerException e) {
          throw new IllegalArgumentException(
              "Invalid " + schema.getFullName() + ": a field that may not be null is: " + value, e);
        }
      }
      for (int i = 0; i < fields.length; i++) {
        Object field = record.get(i);
        if (field == null && !(fields[i] instanceof Nullable)) {
          throw new IllegalArgumentException(
              "Invalid "
                  + schema.getFullName()
                  + ": field "
                  + schema.getFields().get(i).name()
                  + " is null and its schema does not allow that");
        }
        fields[i].write(field, out);
      }
    }

    @Override
    public Object read(AvroIn in) {
      SpecificRecordBase record = create();
      for (int i = 0; i < fields.length; i++) {
        record.put(i, fields[i].read(in));
      }
      return record;
    }
  }
}
