package dev.cats.initiative;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Modifier;

/** What a function must be to be named in a BOM: an instance of a class with a stable name. */
final class NamedClass {
  private NamedClass() {}

  /** Refuses a lambda, an anonymous or local class, an inner class, and what cannot be shipped. */
  static void check(String step, Object function) {
    Class<?> type = function.getClass();
    if (type.isHidden() || type.isSynthetic() || type.getName().contains("$$Lambda")) {
      throw refused(step, "its function is a lambda, which has no name that a BOM could give");
    }
    if (type.isAnonymousClass() || type.isLocalClass()) {
      throw refused(
          step,
          "its function is an anonymous or local class, "
              + type.getName()
              + ", whose name"
              + " changes with the code around it");
    }
    if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
      throw refused(
          step,
          "its function is an inner class, "
              + type.getName()
              + ", which drags its outer"
              + " object along; make it static");
    }
    serialized(step, function);
  }

  /** The function as Java serialization writes it. */
  static byte[] serialized(String step, Object function) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(function);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "Cannot add step "
              + step
              + ": its function "
              + function.getClass().getName()
              + " cannot be sent to a cluster ("
              + e
              + "); make its fields serializable, or transient and set in open()",
          e);
    }
    return bytes.toByteArray();
  }

  /** Whether an instance carries settings of its own beyond its class. */
  static boolean hasFields(Object function) {
    for (Class<?> at = function.getClass();
        at != null && Serializable.class.isAssignableFrom(at);
        at = at.getSuperclass()) {
      for (var field : at.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers)) {
          return true;
        }
      }
    }
    return false;
  }

  private static IllegalArgumentException refused(String step, String why) {
    return new IllegalArgumentException(
        "Cannot add step " + step + ": " + why + "; write it as a named class of its own");
  }
}
