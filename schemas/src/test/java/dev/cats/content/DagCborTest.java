package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DagCborTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nothing                    |``                  |0|a value|the end",
        "trailing bytes             |f6f600              |1|the end|2 more bytes",
        "1 in two bytes             |1801                |0|the shortest form of 1|1 bytes of it",
        "23 in two bytes            |1817                |0|the shortest form of 23|1 bytes of it",
        "255 in three bytes         |1900ff              |0|the shortest form of 255|2 bytes of it",
        "65535 in five bytes        |1a0000ffff          |0|the shortest form of 65535|4 bytes of it",
        "2^32-1 in nine bytes       |1b00000000ffffffff  |0|the shortest form of 4294967295|8 bytes of it",
        "-1 in two bytes            |3800                |0|the shortest form of 0|1 bytes of it",
        "a long length of bytes     |580161              |0|the shortest form of 1|1 bytes of it",
        "a long length of text      |780161              |0|the shortest form of 1|1 bytes of it",
        "a long length of a list    |9801f6              |0|the shortest form of 1|1 bytes of it",
        "a long length of a map     |b8016161f6          |0|the shortest form of 1|1 bytes of it",
        "a long length of a key     |a1780161f6          |1|the shortest form of 1|1 bytes of it",
        "a long tag                 |d9002a4100          |0|the shortest form of 42|2 bytes of it",
        "an integer cut off         |1901                |0|2 bytes of an integer|1 bytes",
        "indefinite bytes           |5f4100ff            |0|bytes with its length|an indefinite length",
        "indefinite text            |7f6161ff            |0|text with its length|an indefinite length",
        "an indefinite list         |9ff6ff              |0|a list with its length|an indefinite length",
        "an indefinite map          |bf6161f6ff          |0|a map with its length|an indefinite length",
        "an indefinite integer      |1f                  |0|an integer with its length|an indefinite length",
        "a reserved length          |1c                  |0|an integer|reserved byte 0x1c",
        "a break                    |ff                  |0|a value|a break",
        "bytes beyond the end       |4361                |0|bytes of 3 bytes|1 bytes to the end",
        "text beyond the end        |6361                |0|text of 3 bytes|1 bytes to the end",
        "a list beyond the end      |83f6f6              |0|a list of 3 items|2 bytes to the end",
        "a map beyond the end       |a26161f6            |0|a map of 2 entries|3 bytes to the end",
        "2^64-1 bytes               |5bffffffffffffffff  |0|bytes of 18446744073709551615 bytes|0 bytes to the end",
        "2^63 bytes of text         |7b8000000000000000  |0|text of 9223372036854775808 bytes|0 bytes to the end",
        "2^62 items                 |9b4000000000000000f6|0|a list of 4611686018427387904 items|1 bytes to the end",
        "2^31-1 entries             |ba7ffffffff6        |0|a map of 2147483647 entries|1 bytes to the end",
        "a map without its value    |a26161f66162        |6|a value|the end",
        "keys not sorted by bytes   |a26162f66161f6      |4|map keys sorted by length, then bytes|\"a\" after \"b\"",
        "keys not sorted by length  |a2626161f66162f6    |5|map keys sorted by length, then bytes|\"b\" after \"aa\"",
        "a key twice                |a26161f66161f6      |4|map keys sorted by length, then bytes|\"a\" twice",
        "a key that is an integer   |a101f6              |1|a map key that is text|an integer",
        "a key that is bytes        |a14161f6            |1|a map key that is text|bytes",
        "a key that is null         |a1f6f6              |1|a map key that is text|a simple value",
        "NaN                        |fb7ff8000000000000  |0|a finite float other than -0.0|NaN",
        "another NaN                |fbfff8000000000001  |0|a finite float other than -0.0|NaN",
        "infinity                   |fb7ff0000000000000  |0|a finite float other than -0.0|Infinity",
        "negative infinity          |fbfff0000000000000  |0|a finite float other than -0.0|-Infinity",
        "negative zero              |fb8000000000000000  |0|a finite float other than -0.0|-0.0",
        "a float cut off            |fb3ff0000000        |0|a float of 8 bytes|5 bytes",
        "a float of 16 bits         |f93c00              |0|a float of 64 bits|one of 16 bits",
        "a float of 32 bits         |fa3f800000          |0|a float of 64 bits|one of 32 bits",
        "undefined                  |f7                  |0|a value|undefined",
        "simple value 0             |e0                  |0|a value|simple value 0xe0",
        "simple value 255           |f8ff                |0|a value|simple value 0xf8",
        "a date tag                 |c06161              |0|tag 42 (a link)|tag 0",
        "a big number tag           |c24100              |0|tag 42 (a link)|tag 2",
        "tag 43                     |d82bf6              |0|tag 42 (a link)|tag 43",
        "the largest tag            |dbfffffffffffffffff6|0|tag 42 (a link)|tag 18446744073709551615",
        "a link that is text        |d82a6161            |2|the bytes of a link|text",
        "a link that is cut off     |d82a                |2|the bytes of a link|the end",
        "a link of no bytes         |d82a40              |2|a link whose bytes begin with 0x00|no bytes",
        "a link without its zero    |d82a450155000101    |2|a link whose bytes begin with 0x00|0x01",
        "text that is not UTF-8     |61ff                |0|text in UTF-8|other bytes",
        "text with a surrogate      |63eda080            |0|text in UTF-8|other bytes",
        "text that is overlong      |62c180              |0|text in UTF-8|other bytes",
        "a key that is not UTF-8    |a161fff6            |1|text in UTF-8|other bytes",
        "a fault deep inside        |a16161828201f7f6    |6|a value|undefined",
      })
  void saysWhereAndWhyBytesAreRefused(
      String what, String hex, int where, String expected, String found) {
    String message =
        "Invalid dag-cbor at byte %d: expected %s, found %s".formatted(where, expected, found);
    assertThatThrownBy(() -> DagCbor.decode(Bytes.fromHex(hex)))
        .as(what)
        .isInstanceOf(DecodeException.class)
        .hasMessage(message);
    // The position is counted in the value, not in the array that it is a slice of.
    Bytes slice = Bytes.fromHex("000000" + hex + "0000").slice(3, 3 + hex.length() / 2);
    assertThatThrownBy(() -> DagCbor.decode(slice)).as(what).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "d82a4700015512020102|015512020102|expected a digest of 32 bytes for hash function 0x12, found one of 2",
        "d82a470001551220aabb|01551220aabb|expected a digest of 32 bytes, found 2 of them",
        "d82a47000155000102ff|0155000102ff|expected the end after byte 5, found 1 more",
        "d82a4100||expected a version, found nothing",
        "d82a450002550000|02550000|expected version 1 or 0, found version 2",
      })
  void refusesALinkWithoutAWholeCid(String hex, String cid, String why) {
    assertThatThrownBy(() -> DagCbor.decode(Bytes.fromHex(hex)))
        .isInstanceOf(DecodeException.class)
        .hasMessage(
            "Invalid dag-cbor at byte 0: expected a link, found an invalid CID 0x%s: %s"
                .formatted(cid == null ? "" : cid, why));
  }

  @ParameterizedTest
  @ValueSource(strings = {"81", "a16161", "8201"})
  void readsToTheDepthItPromisesAndNoDeeper(String level) throws Exception {
    Bytes deepest = Bytes.fromHex(level.repeat(DagCbor.MAX_DEPTH) + "f6");
    assertThat(DagCbor.encode(DagCbor.decode(deepest))).isEqualTo(deepest);
    Bytes deeper = Bytes.fromHex(level.repeat(DagCbor.MAX_DEPTH + 1) + "f6");
    assertThatThrownBy(() -> DagCbor.decode(deeper))
        .isInstanceOf(DecodeException.class)
        .hasMessage(
            "Invalid dag-cbor at byte %d: expected at most 256 nested lists and maps, found more"
                .formatted(256 * level.length() / 2));
  }

  @Test
  void anEncodedNodeNestsNoDeeperThanADecodedOne() {
    Node node = Node.NULL;
    for (int i = 0; i < DagCbor.MAX_DEPTH; i++) {
      node = Node.list(node);
    }
    assertThat(DagCbor.encode(node).size()).isEqualTo(257);
    Node deeper = Node.list(node);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DagCbor.encode(deeper))
        .withMessage("Cannot encode as dag-cbor: lists and maps nest deeper than 256");
  }

  @Test
  void aNestingBombEndsAtTheDepthBound() {
    byte[] bomb = new byte[1 << 20];
    Arrays.fill(bomb, (byte) 0x81);
    assertThatThrownBy(() -> DagCbor.decode(Bytes.wrap(bomb)))
        .hasMessage(
            "Invalid dag-cbor at byte 256: expected at most 256 nested lists and maps, found more");
  }

  /**
   * 256 lists in each other that each claim half a million items: room for them would be half a
   * gigabyte.
   */
  @Test
  void claimedLengthsGetNoMemory() {
    byte[] bomb = new byte[1 << 20];
    for (int i = 0; i < 255; i++) {
      bomb[5 * i] = (byte) 0x9a;
      bomb[5 * i + 2] = 0x08;
    }
    bomb[bomb.length - 1] = (byte) 0xf7;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(() -> DagCbor.decode(Bytes.wrap(bomb))).isInstanceOf(DecodeException.class);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100L << 20);
  }

  @Test
  void integersHaveOneTypeAndTheShortestForm() throws Exception {
    assertInteger("00", "0");
    assertInteger("17", "23");
    assertInteger("1818", "24");
    assertInteger("1b7fffffffffffffff", "9223372036854775807");
    assertInteger("1b8000000000000000", "9223372036854775808");
    assertInteger("1bffffffffffffffff", "18446744073709551615");
    assertInteger("20", "-1");
    assertInteger("3b7fffffffffffffff", "-9223372036854775808");
    assertInteger("3b8000000000000000", "-9223372036854775809");
    assertInteger("3bffffffffffffffff", "-18446744073709551616");
  }

  private static void assertInteger(String hex, String value) throws Exception {
    Node node = Node.of(new BigInteger(value));
    assertThat(DagCbor.encode(node).hex()).isEqualTo(hex);
    assertThat(DagCbor.decode(Bytes.fromHex(hex))).isEqualTo(node);
  }

  @Test
  void aDecodedNodeDoesNotChangeWithTheArrayItCameFrom() throws Exception {
    byte[] source = Bytes.fromHex("824101d82a4500015500" + "00").toArray();
    Node node = DagCbor.decode(Bytes.wrap(source));
    Bytes before = DagCbor.encode(node);
    Arrays.fill(source, (byte) 0);
    assertThat(DagCbor.encode(node)).isEqualTo(before);
  }

  @Test
  void aBlockNamesTheEncoding() {
    Block block = DagCbor.block(Node.map().build());
    assertThat(block.bytes().hex()).isEqualTo("a0");
    assertThat(block.cid())
        .hasToString("bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua");
    Node large = Node.of(Bytes.wrap(new byte[Block.MAX_SIZE]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DagCbor.block(large))
        .withMessage("Cannot make a block of 1048581 bytes: the limit is 1048576 bytes");
  }
}
