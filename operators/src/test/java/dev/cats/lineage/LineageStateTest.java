package dev.cats.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.lot.Link;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class LineageStateTest {
  private static final byte[] NONE = new byte[0];
  private final KeyedProcessOperator<String, Link, Void> operator =
      new KeyedProcessOperator<>(new LineageState());

  private static KeyedOneInputStreamOperatorTestHarness<String, Link, Void> harness(
      KeyedProcessOperator<String, Link, Void> operator) throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(operator, Link::bom, Types.STRING);
  }

  @Test
  void bothDirectionsAreReadBackFromASnapshot() throws Exception {
    OperatorSubtaskState snapshot;
    try (var first = harness(new KeyedProcessOperator<>(new LineageState()))) {
      first.open();
      // A consumer may be heard of before the BOM itself.
      first.processElement(new Link("bom-a", NONE, "bom-b"), 0);
      first.processElement(new Link("bom-a", new byte[] {1, 2}, ""), 0);
      first.processElement(new Link("bom-a", NONE, "bom-c"), 0);
      first.processElement(new Link("bom-b", new byte[] {3}, ""), 0);
      assertThat(first.getOutput()).isEmpty();
      snapshot = first.snapshot(1, 1);
    }
    try (var restored = harness(operator)) {
      restored.initializeState(snapshot);
      restored.open();
      assertThat(bom("bom-a")).containsExactly(1, 2);
      assertThat(consumers("bom-a")).containsExactly("bom-b", "bom-c");
      assertThat(bom("bom-b")).containsExactly(3);
      assertThat(consumers("bom-b")).isEmpty();
      assertThat(bom("bom-c")).isNull();
    }
  }

  private byte[] bom(String key) throws Exception {
    operator.setCurrentKey(key);
    return operator.getKeyedStateStore().getState(LineageState.bomDescriptor()).value();
  }

  private Iterable<String> consumers(String key) throws Exception {
    operator.setCurrentKey(key);
    return operator.getKeyedStateStore().getListState(LineageState.consumersDescriptor()).get();
  }
}
