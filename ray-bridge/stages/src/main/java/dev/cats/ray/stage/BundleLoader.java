package dev.cats.ray.stage;

import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.UnixFs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads the classes of one bundle, from the bytes that were hashed. Beside them it sees Java, Avro,
 * the interface of stages and SLF4J, and nothing else of this process.
 */
final class BundleLoader extends ClassLoader {
  private static final int MAX_DEPTH = 64;
  private static final List<String> SHARED =
      List.of("org.apache.avro.", "dev.cats.stage.", "org.slf4j.");

  static {
    registerAsParallelCapable();
  }

  private final Map<String, byte[]> classes;

  private BundleLoader(String name, Map<String, byte[]> classes) {
    super(name, ClassLoader.getPlatformClassLoader());
    this.classes = classes;
  }

  static BundleLoader of(Cid root, Blocks blocks) throws Failure {
    Map<String, byte[]> classes = new HashMap<>();
    try {
      read(root, "", blocks, classes, 0);
    } catch (DecodeException e) {
      throw new Failure(
          Failure.Kind.BUNDLE, "Cannot read bundle %s: %s".formatted(root, e.getMessage()));
    }
    return new BundleLoader(root.toString(), Map.copyOf(classes));
  }

  private static void read(
      Cid folder, String prefix, Blocks blocks, Map<String, byte[]> classes, int depth)
      throws Failure, DecodeException {
    if (depth > MAX_DEPTH) {
      throw new DecodeException("it is more than %d folders deep".formatted(MAX_DEPTH));
    }
    for (Map.Entry<String, Cid> entry : UnixFs.entries(blocks.get(folder)).entrySet()) {
      String name = entry.getKey();
      if (name.isEmpty() || name.startsWith(".") || name.matches("(?s).*[/\\\\\0].*")) {
        throw new DecodeException("the name \"%s\" is unsafe".formatted(name));
      }
      Block block = blocks.get(entry.getValue());
      if (block.cid().codec() == Cid.DAG_PB) {
        read(block.cid(), prefix + name + ".", blocks, classes, depth + 1);
      } else if (name.endsWith(".class")) {
        classes.put(
            prefix + name.substring(0, name.length() - ".class".length()), block.bytes().toArray());
      } else {
        throw new DecodeException("expected classes, found " + name);
      }
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (SHARED.stream().anyMatch(name::startsWith)) {
      return BundleLoader.class.getClassLoader().loadClass(name);
    }
    return super.loadClass(name, resolve);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = classes.get(name);
    if (bytes == null) {
      throw new ClassNotFoundException(name + ", in bundle " + getName());
    }
    return defineClass(name, bytes, 0, bytes.length);
  }
}
