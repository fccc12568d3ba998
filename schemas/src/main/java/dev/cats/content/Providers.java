package dev.cats.content;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** What other modules provide, found by {@link ServiceLoader}. */
public final class Providers {
  private Providers() {}

  /**
   * Those on the thread's class loader, where a job's own classes are, and on ours; each class
   * once, by name, because the two may both see it.
   */
  public static <P> Collection<P> of(Class<P> service) throws IOException {
    Map<String, P> found = new LinkedHashMap<>();
    try {
      ClassLoader context = Thread.currentThread().getContextClassLoader();
      if (context != null) {
        ServiceLoader.load(service, context)
            .forEach(provider -> found.putIfAbsent(provider.getClass().getName(), provider));
      }
    } catch (ServiceConfigurationError otherCopyOfThisClass) {
      // A context class loader may hold the providers of another copy of this interface; ours
      // follow.
      found.clear();
    }
    try {
      ServiceLoader.load(service, service.getClassLoader())
          .forEach(provider -> found.putIfAbsent(provider.getClass().getName(), provider));
    } catch (ServiceConfigurationError e) {
      throw new IOException("Cannot look for " + service.getName() + ": " + e.getMessage(), e);
    }
    return found.values();
  }
}
