package dev.cats.connector.ipfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.apache.flink.core.plugin.PluginDescriptor;

/**
 * Flink's file systems for object stores: plugins of Flink, each a folder of jars that is loaded
 * apart from all else. A cluster has them in its own {@code plugins} folder. For one process, the
 * module {@code connectors/file-systems} holds no code: packaging it copies the plugin for S3 into
 * its {@code target/plugins}.
 *
 * <p>Endpoint and credentials are settings of Flink ({@code s3.endpoint}, {@code s3.access-key}, …)
 * or of the environment, and never part of a URI, which is shown and written down.
 */
public final class FileSystemPlugins {
  private static final Set<String> ACCOUNTS = Set.of("abfs", "abfss", "wasb", "wasbs");
  private static final Set<String> BUCKETS = Set.of("s3", "s3a", "s3p", "gs", "oss");
  private static final Set<String> CLUSTERS = Set.of("hdfs", "viewfs");

  private static final List<String> SETTINGS = List.of("s3.", "s3a.", "gs.", "fs.");

  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern CONTAINER = Pattern.compile("[A-Za-z0-9._$-]+@[A-Za-z0-9.-]+");

  private FileSystemPlugins() {}

  /** Where the module puts them. */
  public static Path folder(Path root) {
    return root.resolve("connectors/file-systems/target/plugins");
  }

  /** Whether an object store has this scheme, where only what is closed is durable. */
  static boolean isObjectStore(String scheme) {
    return BUCKETS.contains(scheme) || ACCOUNTS.contains(scheme);
  }

  /** Whether these are file systems that Flink has plugins for. */
  static boolean accepts(String scheme) {
    return isObjectStore(scheme) || CLUSTERS.contains(scheme);
  }

  /**
   * Whether a text has the URI of an object store in it whose plugin this process has not loaded.
   */
  public static boolean areMissingFor(String text) {
    Set<String> known = new HashSet<>();
    for (FileSystemFactory each : FileSystem.getRegisteredFileSystemFactories()) {
      known.add(each.getScheme());
    }
    return Stream.concat(BUCKETS.stream(), ACCOUNTS.stream())
        .anyMatch(scheme -> text.contains(scheme + "://") && !known.contains(scheme));
  }

  /** Whether this is a setting of an object store's file system. */
  public static boolean isSetting(String key) {
    return SETTINGS.stream().anyMatch(key::startsWith);
  }

  /**
   * Has Flink know these plugins in this process, with these settings. A folder that is not there
   * has none.
   */
  public static void load(Path folder, Configuration settings) throws IOException {
    Collection<PluginDescriptor> plugins =
        Files.isDirectory(folder)
            ? new DirectoryBasedPluginFinder(folder).findPlugins()
            : List.of();
    try {
      FileSystem.initialize(
          settings,
          new DefaultPluginManager(
              plugins, CoreOptions.getPluginParentFirstLoaderPatterns(settings)));
    } catch (UncheckedIOException e) {
      throw new IOException("Cannot load the plugins in " + folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * Refuses credentials in the URI of an object store, without repeating it: it has a bucket, or a
   * container of an account, and a path.
   */
  public static void requireNoCredentials(URI uri) throws IOException {
    String scheme = uri.getScheme();
    if (!isObjectStore(scheme)) {
      return;
    }
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    Pattern expected = BUCKETS.contains(scheme) ? BUCKET : CONTAINER;
    if (!expected.matcher(authority).matches() || uri.getRawQuery() != null) {
      String form = BUCKETS.contains(scheme) ? "BUCKET" : "CONTAINER@ACCOUNT.HOST";
      throw new IOException(
          "Invalid URI of scheme %s: expected %s://%s/PATH and nothing else. Credentials are settings (s3.access-key, s3.secret-key) or belong in the environment, where nobody sees them"
              .formatted(scheme, scheme, form));
    }
  }

  /** The file system that a URI names, or what to do where its plugin is not here. */
  static FileSystem get(URI uri) throws IOException {
    requireNoCredentials(uri);
    try {
      return FileSystem.get(uri);
    } catch (UnsupportedFileSystemSchemeException e) {
      if (CLUSTERS.contains(uri.getScheme())) {
        throw e;
      }
      throw new IOException(
          "Cannot use %s: Flink's plugin for %s is not here. Fetch it with `mvn -q -pl connectors/file-systems package%s`; on a cluster, put it into Flink's plugins folder"
              .formatted(uri, uri.getScheme(), setting(uri.getScheme())),
          e);
    } catch (IOException e) {
      throw ObjectStoreFailure.of("use", uri.toString(), e);
    }
  }

  private static String setting(String scheme) {
    String plugin = scheme.startsWith("s3") ? "" : ACCOUNTS.contains(scheme) ? "azure" : scheme;
    return plugin.isEmpty() ? "" : " -Dplugin.artifact=flink-" + plugin + "-fs-hadoop";
  }
}
