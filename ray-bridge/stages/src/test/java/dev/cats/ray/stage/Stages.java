package dev.cats.ray.stage;

import dev.cats.stage.JavaStage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** Functions for tests, one for each thing that can happen. */
public final class Stages {
  private Stages() {}

  private static Doubled doubled(Sample sample) {
    double x = sample.getX() == null ? 0 : sample.getX();
    return new Doubled(sample.getName(), 2 * x, List.of(sample));
  }

  public static final class Doubling implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) {
      return batch.stream().map(Stages::doubled).toList();
    }
  }

  public static final class Telling implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) {
      System.out.println("doubling " + batch.size());
      System.err.print("no end of line");
      Logger.getLogger("trial").severe("grave");
      LoggerFactory.getLogger("trial").info("light");
      return List.of();
    }
  }

  public static final class Throwing implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) {
      if (batch.get(0).getX() < 0) {
        throw new ArithmeticException("no x below zero: " + batch.get(0).getX());
      }
      return batch.stream().map(Stages::doubled).toList();
    }
  }

  public static final class Empty implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) {
      return List.of();
    }
  }

  public static final class WithNull implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) {
      List<Doubled> made = new ArrayList<>();
      made.add(null);
      return made;
    }
  }

  public static final class WithHole implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) {
      return List.of(new Doubled());
    }
  }

  /** Ends when it is interrupted, where it was told to wait. */
  public static final class Waiting implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) throws InterruptedException {
      if (batch.get(0).getX() < 0) {
        new CountDownLatch(1).await();
      }
      return batch.stream().map(Stages::doubled).toList();
    }
  }

  /** Does not, where it was told not to. */
  public static final class Endless implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) {
      while (batch.get(0).getX() < 0) {
        Thread.onSpinWait();
      }
      return batch.stream().map(Stages::doubled).toList();
    }
  }

  public static final class Ending implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) {
      if (batch.get(0).getX() < 0) {
        Runtime.getRuntime().halt(1);
      }
      return batch.stream().map(Stages::doubled).toList();
    }
  }

  /** Looks for what is the gateway's own. */
  public static final class Curious implements JavaStage<Sample, Doubled> {
    @Override
    public List<Doubled> apply(List<Sample> batch) throws ClassNotFoundException {
      Class.forName("io.ray.api.Ray");
      return List.of();
    }
  }
}
