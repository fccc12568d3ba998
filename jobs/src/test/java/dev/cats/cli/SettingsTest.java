package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cats.egress.EgressOptions;
import dev.cats.lot.LotOptions;
import dev.cats.lot.StageOptions;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.junit.jupiter.api.Test;

class SettingsTest {

  @Test
  void everyOptionThereIsIsKnown() throws IllegalAccessException {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (Class<?> holder : List.of(LotOptions.class, StageOptions.class, EgressOptions.class)) {
      for (Field field : holder.getFields()) {
        if (field.get(null) instanceof ConfigOption<?> option) {
          options.add(option);
        }
      }
    }
    options.remove(EgressOptions.STORE);
    assertThat(Settings.KNOWN.keySet()).containsExactlyInAnyOrderElementsOf(options);
  }

  @Test
  void goodValuesAndFlinksOwnSettingsPass() {
    Settings.check(
        Map.of(
            "cats.lot.records", "1",
            "cats.lot.bytes", "64kb",
            "cats.lot.max-age", "0",
            "cats.lot.scope", "exchange",
            "cats.lot.store", "ends",
            "parallelism.default", "2"));
  }

  @Test
  void aMistypedNameIsRefusedWithTheNamesThereAre() {
    assertThatExceptionOfType(Failure.class)
        .isThrownBy(() -> Settings.check(Map.of("cats.lot.max_age", "0")))
        .withMessageStartingWith("Invalid -D cats.lot.max_age: there is no such setting")
        .withMessageContaining("  cats.lot.max-age       a duration such as 500ms, or 0");
  }
}
