package dev.cats.example;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.egress.EgressOptions;
import dev.cats.feed.FeedSource;
import dev.cats.initiative.DataInitiative;
import dev.cats.initiative.WholeStream;
import dev.cats.step.Output;
import dev.cats.step.Rule;
import dev.cats.step.Step;
import java.io.File;
import java.net.URI;
import java.util.Optional;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.windows.GlobalWindow;
import org.apache.flink.util.Collector;

/** The mean temperature that each sensor of a greenhouse measured. */
public final class Greenhouse {
  public static void main(String[] args) throws Exception {
    URI input = new File(args[0]).toURI();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    Configuration configuration = new Configuration().set(EgressOptions.STORE, args[1]);
    DataInitiative initiative = DataInitiative.on(env, "greenhouse", configuration);
    initiative
        .source("lines", FeedSource.of(new Path(input)), String.class)
        .flatMap("parse", new Parse())
        .check("plausible", new OnEarth())
        .keyBy(new SensorOf())
        .window("mean", WholeStream.window(), new MeanOf())
        .egress();
    initiative.rejects().egress();
    initiative.artifact(input); // stored too, so that a history can be checked to its beginning
    initiative.execute();
  }

  public record Reading(String sensor, double celsius) {}

  public record Mean(String sensor, long readings, double celsius) {}

  /** A step is a named class: its name goes into the BOM as what ran. */
  record Parse() implements Step<String, Reading> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public void apply(String line, Output<Reading> out) {
      try {
        out.collect(JSON.readValue(line, Reading.class));
      } catch (JsonProcessingException e) {
        out.reject("malformed", e.getOriginalMessage());
      }
    }
  }

  /** Data verification before processing: what breaks the rule is rejected with the reason. */
  record OnEarth() implements Rule<Reading> {
    @Override
    public String name() {
      return "on-earth";
    }

    @Override
    public Optional<String> broken(Reading reading) {
      return Math.abs(reading.celsius()) < 60
          ? Optional.empty()
          : Optional.of("celsius is " + reading.celsius());
    }
  }

  /** Flink's own interfaces are taken as they are. */
  record SensorOf() implements KeySelector<Reading, String> {
    @Override
    public String getKey(Reading reading) {
      return reading.sensor();
    }
  }

  record MeanOf() implements WindowFunction<Reading, Mean, String, GlobalWindow> {
    @Override
    public void apply(
        String sensor, GlobalWindow window, Iterable<Reading> readings, Collector<Mean> out) {
      long count = 0;
      double sum = 0;
      for (Reading reading : readings) {
        count++;
        sum += reading.celsius();
      }
      out.collect(new Mean(sensor, count, sum / count));
    }
  }
}
