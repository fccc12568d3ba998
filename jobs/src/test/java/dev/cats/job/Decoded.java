package dev.cats.job;

import dev.cats.step.Output;
import dev.cats.step.Side;
import java.util.ArrayList;
import java.util.List;

/** What a step that decodes made, and what it refused. */
public final class Decoded<T> implements Output<T> {
  public final List<T> values = new ArrayList<>();
  public final List<String> rejects = new ArrayList<>();

  @Override
  public void collect(T value) {
    values.add(value);
  }

  @Override
  public <S> void side(Side<S> side, S value) {
    throw new AssertionError("nothing goes to " + side);
  }

  @Override
  public void reject(String rule, String reason) {
    rejects.add(rule + ": " + reason);
  }
}
