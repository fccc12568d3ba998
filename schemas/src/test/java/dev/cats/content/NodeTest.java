package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTest {

  @Test
  void aMapIsInCanonicalOrderWhateverOrderItWasPutIn() {
    Node.Map map =
        Node.map()
            .put("b", Node.of(1))
            .put("aa", Node.of(2))
            .put("é", Node.of(3))
            .put("z", Node.of(4))
            .put("", Node.of(5))
            .build();
    assertThat(map.entries().keySet()).containsExactly("", "b", "z", "aa", "é");
    Map<String, Node> reversed = new LinkedHashMap<>();
    List<String> keys = new ArrayList<>(map.entries().keySet());
    Collections.reverse(keys);
    keys.forEach(key -> reversed.put(key, map.entries().get(key)));
    assertThat(new Node.Map(reversed).entries().keySet()).containsExactly("", "b", "z", "aa", "é");
    assertThat(map.get("aa")).contains(Node.of(2));
    assertThat(map.get("nothing")).isEmpty();
  }

  @Test
  void aNullNodeLeavesItsKeyOut() {
    Node.Map map = Node.map().put("a", null).put("b", Node.NULL).build();
    assertThat(map.entries()).containsExactly(Map.entry("b", Node.NULL));
  }

  @Test
  void aKeyIsPutOnce() {
    Node.MapBuilder map = Node.map().put("a", Node.of(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> map.put("a", Node.of(2)))
        .withMessage("Invalid map: key \"a\" was put twice");
  }

  @Test
  void nodesDoNotChangeWithWhatTheyWereMadeFrom() {
    List<Node> items = new ArrayList<>(List.of(Node.of(1)));
    Map<String, Node> entries = new LinkedHashMap<>(Map.of("a", Node.of(1)));
    Node.List list = (Node.List) Node.list(items);
    Node.Map map = new Node.Map(entries);
    items.add(Node.of(2));
    entries.put("b", Node.of(2));
    assertThat(list.items()).containsExactly(Node.of(1));
    assertThat(map.entries()).containsOnlyKeys("a");
    assertThatThrownBy(() -> list.items().add(Node.NULL))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> map.entries().put("c", Node.NULL))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0})
  void aFloatIsFiniteAndNoNegativeZero(double value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Node.of(value))
        .withMessage("Invalid float: expected a finite number other than -0.0, found " + value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551616",
        "-18446744073709551617"
      })
  void aBigIntegerIsBeyondALongAndWithinSixtyFourBits(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Node.BigInt(new BigInteger(value)))
        .withMessage(
            "Invalid big integer: expected one beyond a long, from -2^64 to 2^64 - 1, found "
                + value);
  }

  @Test
  void anIntegerThatFitsIsNeverBig() {
    assertThat(Node.of(BigInteger.valueOf(Long.MIN_VALUE))).isEqualTo(Node.of(Long.MIN_VALUE));
    assertThat(Node.of(BigInteger.ONE.shiftLeft(63))).isInstanceOf(Node.BigInt.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\ud83d", "a\ude00", "a\ude00\ud83d", "a\ud83db"})
  void textIsUnicode(String text) {
    String message =
        "Invalid text: expected Unicode, found an unpaired surrogate U+%04X at position 1"
            .formatted((int) text.charAt(1));
    assertThatIllegalArgumentException().isThrownBy(() -> Node.of(text)).withMessage(message);
    assertThatIllegalArgumentException().isThrownBy(() -> Bytes.utf8(text)).withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Node.Map(Map.of(text, Node.NULL)))
        .withMessage(message);
  }

  @Test
  void aListOfIntegersIsAListLikeAnyOther() {
    long[] values = {0, 23, 24, 256, 65_536, 1L << 32, -1, -25, Long.MIN_VALUE};
    Node items = Node.list(Arrays.stream(values).mapToObj(Node::of).toArray(Node[]::new));
    Node integers = Node.integers(values);

    assertThat(integers).isEqualTo(items).hasSameHashCodeAs(items);
    assertThat(items).isEqualTo(integers);
    assertThat(DagCbor.encode(integers)).isEqualTo(DagCbor.encode(items));
    assertThat(DagJson.encode(integers)).isEqualTo(DagJson.encode(items));
    values[0] = 1;
    assertThat(integers).isEqualTo(items);
  }
}
