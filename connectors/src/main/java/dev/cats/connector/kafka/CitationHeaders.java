package dev.cats.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.event.Citation;
import javax.annotation.Nullable;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Which record of which lot a Kafka record is, in two of its headers, so that who reads it can ask
 * for its history: {@code cats-bom} is the BOM's CID, {@code cats-index} the record's number in the
 * BOM's lot.
 */
final class CitationHeaders {
  static final String BOM = "cats-bom";
  static final String INDEX = "cats-index";

  private CitationHeaders() {}

  static void write(Citation made, Headers headers) {
    headers.add(BOM, made.bom().toString().getBytes(UTF_8));
    headers.add(INDEX, Integer.toString(made.index()).getBytes(UTF_8));
  }

  /** Null where a record does not say where it came from. */
  @Nullable
  static Citation read(Headers headers) throws UndecodableException {
    Header bom = CloudEventHeaders.value(headers, BOM);
    Header index = CloudEventHeaders.value(headers, INDEX);
    if (bom == null && index == null) {
      return null;
    }
    if (bom == null || index == null) {
      throw invalid(
          "expected both " + BOM + " and " + INDEX, "only " + (bom == null ? INDEX : BOM));
    }
    String cid = text(bom);
    String number = text(index);
    try {
      return new Citation(Cid.parse(cid), Integer.parseInt(number));
    } catch (DecodeException e) {
      throw invalid("expected the CID of a BOM in " + BOM, shown(cid));
    } catch (IllegalArgumentException e) {
      throw invalid(
          "expected the CID of a BOM in " + BOM + " and a number from 0 in " + INDEX,
          shown(cid) + " and " + shown(number));
    }
  }

  private static UndecodableException invalid(String expected, String found) {
    return new UndecodableException(
        "citation", "Cannot read where an event came from: " + expected + ", found " + found);
  }

  private static String text(Header header) {
    return new String(header.value(), UTF_8);
  }

  private static String shown(String text) {
    return "'" + (text.length() <= 80 ? text : text.substring(0, 80) + "…") + "'";
  }
}
