package dev.cats.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which traceparent and tracestate are handed on, by W3C Trace Context 1. */
class TraceContextTest {
  private static final String IDS = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
  private static final String PARENT = "00-" + IDS + "-01";

  @ParameterizedTest
  @ValueSource(strings = {PARENT, "00-" + IDS + "-00", "00-" + IDS + "-ff"})
  void oneOfTheFormIsTakenAsItIs(String parent) {
    assertThat(TraceContext.of(parent, null)).isEqualTo(new TraceContext(parent, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "00-a-b-01",
        IDS,
        "ff-" + IDS + "-01",
        "0-" + IDS + "-01",
        "00-" + IDS,
        "00-" + IDS + "-",
        "00-" + IDS + "-1",
        "00-" + IDS + "-0g",
        "00-" + IDS + "-01-",
        "00-" + IDS + "-01-more",
        "00-" + IDS + "-01 ",
        "00-" + IDS + "-01\n",
        " 00-" + IDS + "-01",
        "00_" + IDS + "_01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "01-00000000000000000000000000000000-b7ad6b7169203331-01",
        "01-" + IDS + "-01more",
        "01-" + IDS
      })
  void oneThatIsMalformedIsNone(String parent) {
    assertThat(TraceContext.of(parent, "rojo=1")).isNull();
    assertThatThrownBy(() -> new TraceContext(parent, null))
        .hasMessage(
            "Invalid traceparent: expected one as"
                + " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01, found "
                + parent);
  }

  @ParameterizedTest
  @ValueSource(strings = {"01-" + IDS + "-01", "cc-" + IDS + "-03-what-later-ones-add"})
  void ofALaterVersionIsTakenWhatOursKnows(String later) {
    assertThat(TraceContext.of(later, "rojo=1")).isEqualTo(new TraceContext(PARENT, "rojo=1"));
    assertThat(TraceContext.of(later.replaceFirst("-0[13]", "-08"), null).traceparent())
        .isEqualTo("00-" + IDS + "-00");
  }

  @Test
  void noneIsNone() {
    assertThat(TraceContext.of(null, "rojo=1")).isNull();
    DataInitiativeEvent event =
        DataInitiativeEvent.newBuilder().setId("1").setSource("s").setType("t").build();
    assertThat(TraceContext.of(event)).isNull();
    event.setTraceparent(PARENT);
    event.setTracestate("rojo=1");
    assertThat(TraceContext.of(event)).isEqualTo(new TraceContext(PARENT, "rojo=1"));
  }

  private static Stream<String> states() {
    return Stream.of(
        "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
        "fw529a3039@dt=FfAwADgBAGQ , 1a-_*/=a b",
        "a=1,,b=2",
        members(32),
        "a=" + "x".repeat(256));
  }

  private static String members(int count) {
    return String.join(",", IntStream.range(0, count).mapToObj(i -> "k" + i + "=1").toList());
  }

  @ParameterizedTest
  @MethodSource("states")
  void aStateOfTheFormGoesAlong(String state) {
    assertThat(TraceContext.of(PARENT, state)).isEqualTo(new TraceContext(PARENT, state));
  }

  private static Stream<String> malformedStates() {
    return Stream.of(
        "",
        "rojo",
        "Rojo=1",
        "rojo=",
        "rojo=a=b",
        "rojo=ä",
        "rojo=1\n",
        "=1",
        "a@=1",
        members(33),
        "a=" + "x".repeat(257),
        "a=" + "x".repeat(250) + ",b=" + "x".repeat(257));
  }

  @ParameterizedTest
  @MethodSource("malformedStates")
  void aStateThatIsMalformedIsLeftAwayAndTheTraceKept(String state) {
    assertThat(TraceContext.of(PARENT, state)).isEqualTo(new TraceContext(PARENT, null));
    assertThatThrownBy(() -> new TraceContext(PARENT, state))
        .hasMessageStartingWith("Invalid tracestate: expected a list as rojo=");
  }
}
