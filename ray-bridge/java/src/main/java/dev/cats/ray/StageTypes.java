package dev.cats.ray;

import dev.cats.stage.JavaStage;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * What a class that is a {@link JavaStage} takes and gives, as its declaration says.
 *
 * @param input a class that Avro generates
 * @param output another one
 */
public record StageTypes(
    Constructor<? extends JavaStage<?, ?>> constructor,
    Class<? extends SpecificRecord> input,
    Class<? extends SpecificRecord> output) {

  /**
   * Those of this class.
   *
   * @throws IllegalArgumentException if it is not one that can be made and called by its name alone
   */
  @SuppressWarnings("unchecked")
  public static StageTypes of(Class<?> type) {
    if (!Modifier.isPublic(type.getModifiers()) || type.isLocalClass() || type.isHidden()) {
      throw refused(type, "a public class with a name");
    }
    for (Type each : type.getGenericInterfaces()) {
      if (each instanceof ParameterizedType declared && declared.getRawType() == JavaStage.class) {
        Type[] types = declared.getActualTypeArguments();
        try {
          return new StageTypes(
              (Constructor<? extends JavaStage<?, ?>>) type.getConstructor(),
              record(type, types[0]),
              record(type, types[1]));
        } catch (NoSuchMethodException e) {
          throw refused(type, "a public constructor without arguments");
        }
      }
    }
    throw refused(type, "that it implements JavaStage<IN, OUT>");
  }

  private static Class<? extends SpecificRecord> record(Class<?> type, Type declared) {
    if (declared instanceof Class<?> known && SpecificRecord.class.isAssignableFrom(known)) {
      return known.asSubclass(SpecificRecord.class);
    }
    throw refused(
        type, "classes that Avro generates instead of " + declared.getTypeName() + " in JavaStage");
  }

  private static IllegalArgumentException refused(Class<?> type, String expected) {
    return new IllegalArgumentException(
        "Cannot run %s elsewhere: expected %s".formatted(type.getName(), expected));
  }

  public Schema inputSchema() {
    return SpecificData.getForClass(input).getSchema(input);
  }

  public Schema outputSchema() {
    return SpecificData.getForClass(output).getSchema(output);
  }
}
