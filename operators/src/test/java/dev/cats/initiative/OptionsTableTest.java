package dev.cats.initiative;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.egress.EgressOptions;
import dev.cats.lot.LotOptions;
import dev.cats.lot.StageOptions;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;
import org.junit.jupiter.api.Test;

/** The options as the code has them, and as {@code operators/README.md} lists them. */
class OptionsTableTest {
  private static final Pattern KEY = Pattern.compile("\\.key\\(\\s*\"(cats\\.[a-z.-]+)\"");
  private static final Path MODULE = Path.of(System.getProperty("cats.root"), "operators");

  @Test
  void theTableListsEveryOptionAsTheCodeHasIt() throws Exception {
    List<String> rows = new ArrayList<>();
    for (Class<?> holder : List.of(LotOptions.class, StageOptions.class, EgressOptions.class)) {
      for (Field field : holder.getFields()) {
        if (field.get(null) instanceof ConfigOption<?> option) {
          rows.add(row(option));
        }
      }
    }
    List<String> listed =
        Files.readAllLines(MODULE.resolve("README.md")).stream()
            .filter(line -> line.startsWith("| `cats."))
            .toList();
    assertThat(listed).containsExactlyInAnyOrderElementsOf(rows);
  }

  @Test
  void noOptionIsHeldElsewhere() throws IOException {
    List<String> held = new ArrayList<>();
    try (Stream<Path> sources = Files.walk(MODULE.resolve("src/main/java"))) {
      for (Path source : sources.filter(Files::isRegularFile).toList()) {
        String name = source.getFileName().toString();
        if (!name.endsWith("Options.java")) {
          KEY.matcher(Files.readString(source))
              .results()
              .map(MatchResult::group)
              .forEach(held::add);
        }
      }
    }
    assertThat(held).isEmpty();
  }

  private static String row(ConfigOption<?> option) {
    return "| `%s` | %s | %s |"
        .formatted(
            option.key(),
            option.hasDefaultValue() ? "`" + shown(option.defaultValue()) + "`" : "none",
            new HtmlFormatter().format(option.description()));
  }

  private static String shown(Object value) {
    return value instanceof Duration duration
        ? TimeUtils.formatWithHighestUnit(duration)
        : value.toString().toLowerCase(Locale.ROOT);
  }
}
