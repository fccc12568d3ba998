package dev.cats.lot;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The Avro schema of a Java type, derived the same way in every JVM: a POJO's fields in the order
 * of their names (Flink's own order), a record's in the order of its components. What can be null
 * in Java is a union with null.
 */
final class ReflectedSchema {
  private static final Map<Class<?>, ValueCodec.Form> FORMS =
      Map.ofEntries(
          Map.entry(String.class, ValueCodec.Form.STRING),
          Map.entry(int.class, ValueCodec.Form.INT),
          Map.entry(Integer.class, ValueCodec.Form.INT),
          Map.entry(short.class, ValueCodec.Form.SHORT),
          Map.entry(Short.class, ValueCodec.Form.SHORT),
          Map.entry(byte.class, ValueCodec.Form.BYTE),
          Map.entry(Byte.class, ValueCodec.Form.BYTE),
          Map.entry(long.class, ValueCodec.Form.LONG),
          Map.entry(Long.class, ValueCodec.Form.LONG),
          Map.entry(float.class, ValueCodec.Form.FLOAT),
          Map.entry(Float.class, ValueCodec.Form.FLOAT),
          Map.entry(double.class, ValueCodec.Form.DOUBLE),
          Map.entry(Double.class, ValueCodec.Form.DOUBLE),
          Map.entry(boolean.class, ValueCodec.Form.BOOLEAN),
          Map.entry(Boolean.class, ValueCodec.Form.BOOLEAN),
          Map.entry(byte[].class, ValueCodec.Form.BYTE_ARRAY),
          Map.entry(Instant.class, ValueCodec.Form.NANOS),
          Map.entry(LocalDate.class, ValueCodec.Form.DATE));

  private ReflectedSchema() {}

  static ValueCodec of(Class<?> type) {
    ValueCodec codec = value(type.getName(), type, new HashSet<>());
    // At the top a value is never null.
    return codec instanceof ValueCodec.Nullable nullable ? nullable.value() : codec;
  }

  private static ValueCodec value(String where, Type type, Set<Class<?>> open) {
    if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      ValueCodec item = value("items of " + where, generic.getActualTypeArguments()[0], open);
      return nullable(new ValueCodec.Listed(Schema.createArray(item.schema()), item));
    }
    if (type instanceof ParameterizedType generic
        && generic.getRawType() == Map.class
        && generic.getActualTypeArguments()[0] == String.class) {
      ValueCodec item = value("values of " + where, generic.getActualTypeArguments()[1], open);
      return nullable(new ValueCodec.Mapped(Schema.createMap(item.schema()), item));
    }
    if (!(type instanceof Class<?> raw)) {
      throw ValueCodec.unsupported(where, rawOf(type));
    }
    ValueCodec.Form form = FORMS.get(raw);
    if (form != null) {
      ValueCodec codec = new ValueCodec.Primitive(form, schemaOf(form));
      return raw.isPrimitive() ? codec : nullable(codec);
    }
    if (raw.isEnum()) {
      return nullable(enumerated(raw));
    }
    if (SpecificRecordBase.class.isAssignableFrom(raw)) {
      throw new IllegalArgumentException(
          "Cannot write down "
              + where
              + ": an Avro record inside a POJO; make the outer type an Avro record as well");
    }
    return nullable(pojo(where, raw, open));
  }

  private static ValueCodec nullable(ValueCodec codec) {
    return new ValueCodec.Nullable(
        Schema.createUnion(Schema.create(Schema.Type.NULL), codec.schema()), 0, codec);
  }

  private static Schema schemaOf(ValueCodec.Form form) {
    return switch (form) {
      case STRING -> {
        Schema text = Schema.create(Schema.Type.STRING);
        yield text;
      }
      case INT, SHORT, BYTE -> Schema.create(Schema.Type.INT);
      case LONG -> Schema.create(Schema.Type.LONG);
      case FLOAT -> Schema.create(Schema.Type.FLOAT);
      case DOUBLE -> Schema.create(Schema.Type.DOUBLE);
      case BOOLEAN -> Schema.create(Schema.Type.BOOLEAN);
      case BYTE_BUFFER, BYTE_ARRAY -> Schema.create(Schema.Type.BYTES);
      case MILLIS -> LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
      case MICROS -> LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case NANOS -> {
        // A plain long for Avro readers that do not know the logical type, which 1.12 added.
        Schema nanos = Schema.create(Schema.Type.LONG);
        nanos.addProp("logicalType", "timestamp-nanos");
        yield nanos;
      }
      case DATE -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
    };
  }

  private static ValueCodec enumerated(Class<?> type) {
    Map<String, Object> constants = new LinkedHashMap<>();
    for (Object constant : type.getEnumConstants()) {
      constants.put(((Enum<?>) constant).name(), constant);
    }
    Schema schema =
        SchemaBuilder.enumeration(nameOf(type))
            .namespace(type.getPackageName())
            .symbols(constants.keySet().toArray(String[]::new));
    return new ValueCodec.Enumerated(schema, constants);
  }

  private static ValueCodec pojo(String where, Class<?> type, Set<Class<?>> open) {
    if (type.isInterface()
        || type.isArray()
        || Modifier.isAbstract(type.getModifiers())
        || type.getPackageName().startsWith("java.")) {
      throw ValueCodec.unsupported(where, type);
    }
    if (!open.add(type)) {
      throw new IllegalArgumentException(
          "Cannot write down " + where + ": it contains itself; pass a recursive structure by CID");
    }
    List<Field> fields = type.isRecord() ? components(type) : sortedFields(where, type);
    List<PojoCodec.Member> members = new ArrayList<>();
    List<Schema.Field> schemaFields = new ArrayList<>();
    for (Field field : fields) {
      field.setAccessible(true);
      String name = "field " + field.getName() + " of " + type.getName();
      ValueCodec codec = value(name, field.getGenericType(), open);
      members.add(new PojoCodec.Member(field, codec));
      boolean optional = codec instanceof ValueCodec.Nullable;
      schemaFields.add(
          optional
              ? new Schema.Field(field.getName(), codec.schema(), null, Schema.Field.NULL_VALUE)
              : new Schema.Field(field.getName(), codec.schema()));
    }
    open.remove(type);
    Schema schema =
        Schema.createRecord(nameOf(type), null, type.getPackageName(), false, schemaFields);
    return new PojoCodec(type, schema, members, constructor(where, type, fields));
  }

  private static List<Field> components(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getName)
        .map(
            name -> {
              try {
                return type.getDeclaredField(name);
              } catch (NoSuchFieldException e) {
                throw new IllegalStateException(e);
              }
            })
        .toList();
  }

  private static List<Field> sortedFields(String where, Class<?> type) {
    List<Field> fields = new ArrayList<>();
    for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers)) {
          fields.add(field);
        }
      }
    }
    if (fields.isEmpty()) {
      throw ValueCodec.unsupported(where, type);
    }
    fields.sort(Comparator.comparing(Field::getName));
    return fields;
  }

  private static Constructor<?> constructor(String where, Class<?> type, List<Field> fields) {
    Class<?>[] parameters =
        type.isRecord()
            ? fields.stream().map(Field::getType).toArray(Class<?>[]::new)
            : new Class<?>[0];
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(parameters);
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(
          "Cannot write down "
              + where
              + ": "
              + type.getName()
              + " has no constructor without arguments, which a Flink POJO needs",
          e);
    }
  }

  private static String nameOf(Class<?> type) {
    String name = type.getName().substring(type.getPackageName().length());
    return Arrays.stream(name.split("[.$]", -1))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("_"));
  }

  private static Class<?> rawOf(Type type) {
    return type instanceof ParameterizedType generic
        ? (Class<?>) generic.getRawType()
        : Object.class;
  }
}
