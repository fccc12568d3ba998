package dev.cats.lot;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.function.Supplier;
import org.apache.avro.Schema;

/** A Flink POJO or a Java record, by its fields. */
final class PojoCodec implements ValueCodec {
  /** One field and how its value is written down. */
  record Member(Field field, ValueCodec codec) {}

  private final Class<?> type;
  private final Schema schema;
  private final Member[] members;
  private final Constructor<?> constructor;

  /** Null for a Java record. */
  private final Supplier<?> noArgs;

  private final boolean hasTransient;

  PojoCodec(Class<?> type, Schema schema, List<Member> members, Constructor<?> constructor) {
    this.type = type;
    this.schema = schema;
    this.members = members.toArray(new Member[0]);
    this.constructor = constructor;
    this.noArgs = type.isRecord() ? null : NoArgs.of(type);
    this.hasTransient = hasTransient(type);
  }

  /** Fields that are not written down, so that a decoded value lacks what the original has. */
  private static boolean hasTransient(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (Modifier.isTransient(modifiers) && !Modifier.isStatic(modifiers)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public void write(Object value, AvroOut out) {
    if (hasTransient) {
      out.inexact();
    }
    try {
      for (Member member : members) {
        Field field = member.field;
        Class<?> kind = field.getType();
        // Primitive fields go around boxing.
        if (kind == long.class) {
          out.writeLong(field.getLong(value));
        } else if (kind == int.class) {
          out.writeLong(field.getInt(value));
        } else if (kind == double.class) {
          out.writeDouble(field.getDouble(value));
        } else {
          Object object = field.get(value);
          if (object == null && !(member.codec instanceof Nullable)) {
            throw new IllegalArgumentException(
                "Invalid " + type.getName() + ": field " + field.getName() + " is null");
          }
          member.codec.write(object, out);
        }
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("Cannot read a field of " + type.getName(), e);
    }
  }

  @Override
  public Object read(AvroIn in) {
    try {
      if (type.isRecord()) {
        Object[] values = new Object[members.length];
        for (int i = 0; i < members.length; i++) {
          values[i] = members[i].codec.read(in);
        }
        return constructor.newInstance(values);
      }
      Object pojo = noArgs.get();
      for (Member member : members) {
        Field field = member.field;
        Class<?> kind = field.getType();
        if (kind == long.class) {
          field.setLong(pojo, in.readLong());
        } else if (kind == int.class) {
          field.setInt(pojo, in.readInt());
        } else if (kind == double.class) {
          field.setDouble(pojo, in.readDouble());
        } else {
          field.set(pojo, member.codec.read(in));
        }
      }
      return pojo;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot create a " + type.getName(), e);
    }
  }
}
