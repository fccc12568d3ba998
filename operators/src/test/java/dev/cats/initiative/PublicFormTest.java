package dev.cats.initiative;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.event.Described;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.functions.MapFunction;
import org.junit.jupiter.api.Test;

class PublicFormTest {
  private static final String PASSWORD = "open sesame";

  record Client(String url, HashMap<String, String> settings) implements Described, Serializable {
    @Override
    public Map<String, String> params() {
      return Map.of("url", url);
    }
  }

  record Asking(List<Client> clients, String language) implements MapFunction<String, String> {
    @Override
    public String map(String value) {
      return value;
    }
  }

  record Holding(Object settings) implements MapFunction<String, String> {
    @Override
    public String map(String value) {
      return value;
    }
  }

  private static HashMap<String, String> settings() {
    return new HashMap<>(Map.of("ssl.key.password", PASSWORD));
  }

  private static String text(Object function) {
    return new String(PublicForm.of("ask", function), ISO_8859_1);
  }

  @Test
  void whatIsDescribedIsWrittenDownAsItsDescription() {
    Asking asking = new Asking(List.of(new Client("http://registry", settings())), "en");

    assertThat(new String(NamedClass.serialized("ask", asking), ISO_8859_1)).contains(PASSWORD);
    assertThat(text(asking))
        .contains("http://registry", "en", Client.class.getName())
        .doesNotContain(PASSWORD);
  }

  @Test
  void equalFunctionsHaveEqualForms() {
    assertThat(text(new Asking(List.of(new Client("a", settings())), "en")))
        .isEqualTo(text(new Asking(List.of(new Client("a", new HashMap<>())), "en")))
        .isNotEqualTo(text(new Asking(List.of(new Client("b", settings())), "en")));
  }

  @Test
  void settingsThatMayBeSecretAreRefused() {
    refuses(new Properties());
    refuses(settings());
    refuses(new HashMap<>(Map.of("sasl.jaas.config", "x")));
    refuses(new HashMap<>(Map.of("basic.auth.user.info", "x")));
    assertThat(text(new Holding(new HashMap<>(Map.of("language", "en"))))).contains("language");
  }

  private static void refuses(Object settings) {
    assertThatThrownBy(() -> text(new Holding(settings)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot add step ask: its function "
                + Holding.class.getName()
                + " holds "
                + settings.getClass().getName()
                + " with settings that may be secret, and its BOMs, which anybody may read, would"
                + " say them; let what holds them implement dev.cats.event.Described, or make the"
                + " field transient and set it in open()");
  }
}
