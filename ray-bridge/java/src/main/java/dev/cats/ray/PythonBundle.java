package dev.cats.ray;

import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The source folder of Python functions as content: its files as one UnixFS directory, whose CID is
 * the same wherever the folder lies. What Python leaves behind ({@code __pycache__}, {@code .pyc})
 * is not part of it, nor is what starts with a dot, but for {@code .python-version}.
 *
 * @param content the directory
 * @param packages the versions that {@code requirements.txt} pins, by name
 * @param python the version that {@code .python-version} names, such as {@code 3.11}
 */
record PythonBundle(Content content, SortedMap<String, String> packages, String python)
    implements Serializable {
  /** Source code, not data: what is larger is passed by CID. */
  private static final long MAX_BYTES = 16 << 20;

  private static final String REQUIREMENTS = "requirements.txt";
  private static final String VERSION = ".python-version";

  /** The folder {@code python/NAME} of the class path, in a folder or in a jar. */
  static PythonBundle onClassPath(String name) throws IOException {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    String where = "python/" + name + "/" + REQUIREMENTS;
    URL found = loader.getResource(where);
    if (found == null) {
      throw new IOException(
          "Cannot find the Python functions of "
              + name
              + ": the class path has no "
              + where
              + "; put them under src/main/resources/python/"
              + name
              + ", or give their folder with PythonFunction.in(FOLDER, …)");
    }
    try {
      URI uri = found.toURI();
      if (!"jar".equals(uri.getScheme())) {
        return of(Path.of(uri).getParent());
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return of(jar.getPath(where).getParent());
      } catch (java.nio.file.FileSystemAlreadyExistsException e) {
        return of(FileSystems.getFileSystem(uri).getPath(where).getParent());
      }
    } catch (URISyntaxException | FileSystemNotFoundException e) {
      throw new IOException("Cannot read the Python functions at " + found, e);
    }
  }

  static PythonBundle of(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("Cannot bundle " + folder + ": expected a folder with Python sources");
    }
    try (Scratch copy = Scratch.make()) {
      Path files = copy.folder();
      copy(folder, files);
      return new PythonBundle(Content.of(files), packages(folder, files), python(folder, files));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    long bytes = 0;
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path each : (Iterable<Path>) walk.sorted()::iterator) {
        String relative = from.relativize(each).toString();
        if (relative.isEmpty() || isLeftOut(from.relativize(each))) {
          continue;
        }
        Path target = to.resolve(relative);
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else if (Files.isRegularFile(each)) {
          bytes += Files.size(each);
          if (bytes > MAX_BYTES) {
            throw new IOException(
                "Cannot bundle "
                    + from
                    + ": with "
                    + relative
                    + " it has more than "
                    + MAX_BYTES
                    + " bytes; keep data out of it and pass it by CID");
          }
          Files.copy(each, target);
        }
      }
    }
  }

  private static boolean isLeftOut(Path relative) {
    for (Path part : relative) {
      String name = part.toString();
      if (name.startsWith("__pycache__")
          || name.endsWith(".pyc")
          || (name.startsWith(".") && !name.equals(VERSION))) {
        return true;
      }
    }
    return false;
  }

  private static SortedMap<String, String> packages(Path folder, Path copy) throws IOException {
    Path file = copy.resolve(REQUIREMENTS);
    SortedMap<String, String> packages = new TreeMap<>();
    if (!Files.exists(file)) {
      throw new IOException(
          "Cannot bundle "
              + folder
              + ": it has no "
              + REQUIREMENTS
              + " that says which packages it needs, such as numpy==2.3.5 (an empty one is fine)");
    }
    for (String line : Files.readAllLines(file)) {
      String text = line.replaceFirst("#.*", "").strip();
      if (text.isEmpty()) {
        continue;
      }
      String[] pin = text.split("==", -1);
      if (pin.length != 2 || !pin[0].strip().matches("[A-Za-z0-9._-]+")) {
        throw new IOException(
            "Cannot bundle "
                + folder
                + ": "
                + REQUIREMENTS
                + " must pin each package, as numpy==2.3.5; found '"
                + text
                + "'");
      }
      packages.put(pin[0].strip(), pin[1].strip());
    }
    return packages;
  }

  private static String python(Path folder, Path copy) throws IOException {
    Path file = copy.resolve(VERSION);
    if (!Files.exists(file)) {
      throw new IOException(
          "Cannot bundle "
              + folder
              + ": it has no "
              + VERSION
              + " that says which Python it is for, such as 3.11");
    }
    String version = Files.readString(file).strip();
    if (!version.matches("\\d+\\.\\d+")) {
      throw new IOException(
          "Cannot bundle "
              + folder
              + ": "
              + VERSION
              + " must be two numbers, such as 3.11; found '"
              + version
              + "'");
    }
    return version;
  }
}
