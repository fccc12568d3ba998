package dev.cats.connector.ipfs;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an object store says when it does not do as it was told, in words that name the next step.
 * Its own exceptions are classes of a plugin, of which only the names are known here, and their
 * text is long.
 */
final class ObjectStoreFailure {
  /** As the client of S3 reports what the server answered. */
  private static final Pattern ANSWER =
      Pattern.compile("Status Code: (\\d+); Error Code: ([\\w. ]+)");

  private static final List<Class<? extends Throwable>> AWAY =
      List.of(ConnectException.class, UnknownHostException.class, SocketTimeoutException.class);

  private static final int MAX_TEXT = 300;

  private ObjectStoreFailure() {}

  /** Whether a file was put anew between the two requests that a read takes: read it again. */
  static boolean isOfAChange(IOException thrown) {
    return isNamed(thrown, "RemoteFileChanged");
  }

  /** The same exception where it says that a file is or is not there, else one that explains. */
  static IOException of(String verb, String what, IOException thrown) {
    if (isNamed(thrown, "UnknownStoreException") || text(thrown).contains("NoSuchBucket")) {
      return explained(
          verb,
          what,
          "there is no such bucket",
          "Make it, or check its name and the setting s3.endpoint",
          thrown);
    }
    if (thrown instanceof FileNotFoundException
        || thrown instanceof NoSuchFileException
        || thrown instanceof FileAlreadyExistsException
        || thrown instanceof EOFException) {
      return thrown;
    }
    if (isNamed(thrown, "NoAuthWithAWSException") || isNamed(thrown, "CredentialInitialization")) {
      return explained(
          verb,
          what,
          "there are no credentials",
          "Set s3.access-key and s3.secret-key in the config.yaml of FLINK_CONF_DIR, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment",
          thrown);
    }
    Matcher answer = ANSWER.matcher(text(thrown));
    if (first(thrown, AccessDeniedException.class).isPresent()
        || text(thrown).contains("Status Code: 403")) {
      return explained(
          verb,
          what,
          "the object store refuses access"
              + (answer.find() ? " (%s, %s)".formatted(answer.group(1), answer.group(2)) : ""),
          "Check s3.access-key and s3.secret-key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they allow",
          thrown);
    }
    for (Class<? extends Throwable> away : AWAY) {
      Optional<Throwable> found = first(thrown, away);
      if (found.isPresent()) {
        return explained(
            verb,
            what,
            "the object store does not answer (%s)".formatted(found.get().getMessage()),
            "Check the setting s3.endpoint and whether it runs",
            thrown);
      }
    }
    String said =
        answer.find(0)
            ? "the object store answered %s, %s".formatted(answer.group(1), answer.group(2))
            : root(thrown).toString();
    return explained(verb, what, said.substring(0, Math.min(MAX_TEXT, said.length())), "", thrown);
  }

  private static IOException explained(
      String verb, String what, String why, String next, IOException thrown) {
    return new IOException(
        "Cannot %s %s: %s%s".formatted(verb, what, why, next.isEmpty() ? "" : ". " + next), thrown);
  }

  private static boolean isNamed(Throwable thrown, String part) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at.getClass().getSimpleName().contains(part)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<Throwable> first(Throwable thrown, Class<? extends Throwable> type) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (type.isInstance(at)) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  private static Throwable root(Throwable thrown) {
    Throwable at = thrown;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  private static String text(Throwable thrown) {
    StringBuilder all = new StringBuilder();
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      all.append(at.getMessage()).append('\n');
    }
    return all.toString();
  }
}
