package dev.cats.initiative;

import dev.cats.step.Output;
import dev.cats.step.Rule;
import dev.cats.step.Side;
import dev.cats.step.Step;
import java.util.List;
import java.util.Optional;
import javax.annotation.Nullable;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.common.functions.MapFunction;

/** Flink's own functions as steps. */
final class Steps {
  private Steps() {}

  record Mapping<IN, OUT>(MapFunction<IN, OUT> function) implements Step<IN, OUT> {
    @Override
    public void apply(IN value, Output<OUT> out) throws Exception {
      out.collect(function.map(value));
    }
  }

  record Filtering<T>(FilterFunction<T> function, @Nullable Side<T> others) implements Step<T, T> {
    @Override
    public void apply(T value, Output<T> out) throws Exception {
      if (function.filter(value)) {
        out.collect(value);
      } else if (others != null) {
        out.side(others, value);
      }
    }
  }

  /**
   * A record passes when it breaks no rule; the first it breaks is the reason for its rejection.
   */
  record Checking<T>(List<Rule<T>> rules) implements Step<T, T> {
    Checking {
      rules = List.copyOf(rules);
    }

    @Override
    public void apply(T value, Output<T> out) {
      for (Rule<T> rule : rules) {
        Optional<String> broken = rule.broken(value);
        if (broken.isPresent()) {
          out.reject(rule.name(), broken.get());
          return;
        }
      }
      out.collect(value);
    }
  }
}
