package dev.cats.initiative;

import dev.cats.event.Described;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The settings of a function as its BOMs publish them: its Java serialization, with what is {@link
 * Described} in it replaced by its description. So a client with a password in it may be a field of
 * a step.
 *
 * <p>{@link Properties}, and maps with a key such as {@code ssl.key.password}, are what passwords
 * travel in; a function that holds them is refused.
 */
final class PublicForm {
  private static final Pattern SECRET =
      Pattern.compile("(?i)password|secret|jaas|credential|user\\.info|keystore\\.key|api-?key");

  private PublicForm() {}

  /**
   * What stands for a described object.
   *
   * @param type its class
   */
  record Description(String type, TreeMap<String, String> params) implements Serializable {
    static Description of(Described described) {
      return new Description(described.getClass().getName(), new TreeMap<>(described.params()));
    }
  }

  /**
   * @throws IllegalArgumentException if a part of it may hold a secret
   */
  static byte[] of(String step, Object function) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new Describing(step, function, bytes)) {
      out.writeObject(function);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "Cannot add step "
              + step
              + ": the settings of its function "
              + function.getClass().getName()
              + " cannot be written down ("
              + e
              + ")",
          e);
    }
    return bytes.toByteArray();
  }

  private static final class Describing extends ObjectOutputStream {
    private final String step;
    private final Object function;

    Describing(String step, Object function, ByteArrayOutputStream out) throws IOException {
      super(out);
      this.step = step;
      this.function = function;
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object part) {
      if (part instanceof Described described) {
        return Description.of(described);
      }
      if (part instanceof Map<?, ?> settings && mayHoldSecrets(settings)) {
        throw new IllegalArgumentException(
            "Cannot add step "
                + step
                + ": its function "
                + function.getClass().getName()
                + " holds "
                + part.getClass().getName()
                + " with settings that may be secret, and its BOMs, which anybody may read, would"
                + " say them; let what holds them implement "
                + Described.class.getName()
                + ", or make the field transient and set it in open()");
      }
      return part;
    }

    private static boolean mayHoldSecrets(Map<?, ?> settings) {
      return settings instanceof Properties
          || settings.keySet().stream()
              .anyMatch(key -> key instanceof String text && SECRET.matcher(text).find());
    }
  }
}
