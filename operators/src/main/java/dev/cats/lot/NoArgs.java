package dev.cats.lot;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Supplier;

/** The constructor without arguments of a record type, compiled: decoding calls it per record. */
final class NoArgs {
  private NoArgs() {}

  /**
   * As fast as {@code new}, where reflection takes several times as long.
   *
   * @throws IllegalArgumentException if the class has no such constructor
   */
  @SuppressWarnings("unchecked")
  static <T> Supplier<T> of(Class<T> type) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      MethodHandle constructor = lookup.findConstructor(type, MethodType.methodType(void.class));
      return (Supplier<T>)
          LambdaMetafactory.metafactory(
                  lookup,
                  "get",
                  MethodType.methodType(Supplier.class),
                  MethodType.methodType(Object.class),
                  constructor,
                  constructor.type())
              .getTarget()
              .invoke();
    } catch (Throwable e) {
      throw new IllegalArgumentException(
          "Cannot write down " + type.getName() + ": no public constructor without arguments", e);
    }
  }
}
