package dev.cats.lot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cats.event.TraceContext;
import java.io.IOException;
import java.util.HexFormat;
import javax.annotation.Nullable;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A trace context on the wire and in state, behind a number that says whether there is one.
 *
 * <p>Layout: 16 bytes of trace id, 8 of parent id, one of flags; the length of the tracestate as an
 * unsigned varint, 0 for none; the tracestate in ASCII.
 *
 * <p>The number is one that is there anyway and never needs more than 32 bits: {@link #FOLLOWS} is
 * added to it. So where nothing is traced the bytes are those of version 1, which knew of no
 * traces.
 */
final class TraceFormat {
  static final long FOLLOWS = 1L << 32;

  private static final int IDS = 16 + 8 + 1;
  private static final HexFormat HEX = HexFormat.of();

  private TraceFormat() {}

  static long mark(long number, @Nullable TraceContext trace) {
    return trace == null ? number : number | FOLLOWS;
  }

  static boolean follows(long marked) {
    return (marked & FOLLOWS) != 0;
  }

  static void write(TraceContext trace, DataOutputView out) throws IOException {
    String parent = trace.traceparent();
    out.write(HEX.parseHex(parent, 3, 35));
    out.write(HEX.parseHex(parent, 36, 52));
    out.write(HEX.parseHex(parent, 53, 55));
    byte[] state = trace.tracestate() == null ? new byte[0] : trace.tracestate().getBytes(US_ASCII);
    TracedSerializer.writeVarint(state.length, out);
    out.write(state);
  }

  static TraceContext read(DataInputView in) throws IOException {
    byte[] ids = new byte[IDS];
    in.readFully(ids);
    String parent =
        "00-"
            + HEX.formatHex(ids, 0, 16)
            + "-"
            + HEX.formatHex(ids, 16, 24)
            + "-"
            + HEX.formatHex(ids, 24, IDS);
    byte[] state = new byte[(int) TracedSerializer.readVarint(in)];
    in.readFully(state);
    return new TraceContext(parent, state.length == 0 ? null : new String(state, US_ASCII));
  }
}
