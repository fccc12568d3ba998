package dev.cats.lineage;

import dev.cats.lot.Link;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The lineage state: under each BOM's CID (as text), the BOM's bytes, and the CIDs of the BOMs that
 * consumed it. Upstream is walked by the links in the BOMs, downstream by the consumers.
 *
 * <p>State format 1, both with Flink's own serializers: value state {@code bom} of bytes, list
 * state {@code consumers} of text. A BOM that another initiative made has consumers and no bytes.
 *
 * <p>One update per lot and per input BOM of a lot, never one per record.
 */
public final class LineageState extends KeyedProcessFunction<String, Link, Void> {
  private static final long serialVersionUID = 1L;

  /** The operator's uid, under which savepoints know this state. */
  public static final String UID = "cats.lineage";

  private transient ValueState<byte[]> bom;
  private transient ListState<String> consumers;

  /** Where the bytes of a BOM are. */
  public static ValueStateDescriptor<byte[]> bomDescriptor() {
    return new ValueStateDescriptor<>("bom", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  }

  /** Where the CIDs of the BOMs that consumed a BOM are. */
  public static ListStateDescriptor<String> consumersDescriptor() {
    return new ListStateDescriptor<>("consumers", Types.STRING);
  }

  /** Keeps these links by key. */
  public static void attach(DataStream<Link> links) {
    links.keyBy(new ByBom()).process(new LineageState()).name("lineage").uid(UID);
  }

  @Override
  public void open(OpenContext context) {
    RuntimeContext runtime = getRuntimeContext();
    bom = runtime.getState(bomDescriptor());
    consumers = runtime.getListState(consumersDescriptor());
  }

  @Override
  public void processElement(Link link, Context context, Collector<Void> out) throws Exception {
    if (link.consumer().isEmpty()) {
      bom.update(link.document());
    } else {
      consumers.add(link.consumer());
    }
  }

  private record ByBom() implements KeySelector<Link, String> {
    @Override
    public String getKey(Link link) {
      return link.bom();
    }
  }
}
