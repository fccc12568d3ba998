package dev.cats.job.seismology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * The functions over the bundled feed against what src/test/oracle/seismology.py makes of it, in
 * any order of the events.
 */
class OracleTest {
  private static final double ULPS = 1e-14;

  private final JsonNode oracle;
  private final List<Quake> quakes = BundledFeed.quakes();

  OracleTest() throws Exception {
    oracle = new ObjectMapper().readTree(getClass().getResource("/oracle/seismology.json"));
  }

  @Test
  void theOracleSawTheFeedThatIsMeant() {
    assertThat(oracle.get("features").asInt()).isEqualTo(1707);
    assertThat(oracle.get("earthquakes").asInt()).isEqualTo(1679);
    assertThat(oracle.get("networks")).hasSize(12);
  }

  @Test
  void everyEventOfTheFeedDecodes() {
    assertThat(quakes).hasSize(1707);
    assertThat(earthquakes(quakes)).hasSize(1679);
    assertThat(counts(quakes.stream().map(Quake::getKind).toList()))
        .isEqualTo(counts(oracle.get("kinds")));
    assertThat(counts(quakes.stream().map(Quake::getNetwork).toList()))
        .isEqualTo(counts(oracle.get("eventsByNetwork")));
  }

  @Test
  void resultsAreTheOraclesInFileOrder() {
    compare(quakes);
  }

  @Test
  void resultsAreTheOraclesInReverse() {
    List<Quake> reversed = new ArrayList<>(quakes);
    Collections.reverse(reversed);
    compare(reversed);
    assertThat(values(reversed)).isEqualTo(values(quakes));
  }

  @Test
  void resultsAreTheOraclesInAnyOrder() {
    for (int seed = 0; seed < 5; seed++) {
      List<Quake> shuffled = new ArrayList<>(quakes);
      Collections.shuffle(shuffled, new Random(seed));
      compare(shuffled);
      assertThat(values(shuffled)).as("seed %d", seed).isEqualTo(values(quakes));
    }
  }

  private void compare(List<Quake> all) {
    SoftAssertions softly = new SoftAssertions();
    Map<String, List<Quake>> networks = byNetwork(all);
    assertThat(networks).hasSize(oracle.get("networks").size());
    networks.forEach(
        (network, quakes) -> {
          JsonNode expected = oracle.get("networks").get(network);
          compare(softly, GutenbergRichter.estimate(network, quakes), expected);
          Map<LocalDate, List<Quake>> days = byDay(quakes);
          softly.assertThat(days).hasSize(expected.get("days").size());
          days.forEach(
              (day, some) -> {
                DailyStats found = DailyMagnitudes.stats(network, day, some);
                JsonNode stats = expected.get("days").get(day.toString());
                softly.assertThat(found.getDay()).isEqualTo(day);
                softly.assertThat(found.getCount()).isEqualTo(stats.get("count").asLong());
                softly.assertThat(found.getMeanMagnitude()).isEqualTo(stats.get("mean").asDouble());
                softly.assertThat(found.getMaxMagnitude()).isEqualTo(stats.get("max").asDouble());
              });
        });
    softly.assertAll();
  }

  private static void compare(SoftAssertions softly, BValue found, JsonNode expected) {
    softly.assertThat(found.getEvents()).isEqualTo(expected.get("events").asLong());
    softly.assertThat(found.getComplete()).isEqualTo(expected.get("complete").asLong());
    softly.assertThat(found.getCompleteness()).isEqualTo(expected.get("completeness").asDouble());
    if (expected.get("b").isNull()) {
      softly.assertThat(found.getBValue()).as(found.getNetwork()).isNull();
      softly.assertThat(found.getStandardError()).as(found.getNetwork()).isNull();
    } else {
      softly
          .assertThat(found.getBValue())
          .as(found.getNetwork())
          .isCloseTo(expected.get("b").asDouble(), offset(ULPS));
      softly
          .assertThat(found.getStandardError())
          .as(found.getNetwork())
          .isCloseTo(expected.get("error").asDouble(), offset(ULPS));
    }
  }

  private static Map<String, BValue> values(List<Quake> all) {
    Map<String, BValue> values = new TreeMap<>();
    byNetwork(all)
        .forEach((network, some) -> values.put(network, GutenbergRichter.estimate(network, some)));
    return values;
  }

  private static List<Quake> earthquakes(List<Quake> all) {
    IsEarthquake filter = new IsEarthquake();
    return all.stream().filter(filter::filter).toList();
  }

  private static Map<String, List<Quake>> byNetwork(List<Quake> all) {
    NetworkOf key = new NetworkOf();
    return earthquakes(all).stream()
        .collect(Collectors.groupingBy(key::getKey, TreeMap::new, Collectors.toList()));
  }

  private static Map<LocalDate, List<Quake>> byDay(List<Quake> some) {
    return some.stream()
        .collect(
            Collectors.groupingBy(quake -> quake.getTime().atZone(ZoneOffset.UTC).toLocalDate()));
  }

  private static Map<String, Integer> counts(List<String> words) {
    Map<String, Integer> counts = new TreeMap<>();
    words.forEach(word -> counts.merge(word, 1, Integer::sum));
    return counts;
  }

  private static Map<String, Integer> counts(JsonNode node) {
    Map<String, Integer> counts = new TreeMap<>();
    node.properties().forEach(entry -> counts.put(entry.getKey(), entry.getValue().asInt()));
    return counts;
  }
}
