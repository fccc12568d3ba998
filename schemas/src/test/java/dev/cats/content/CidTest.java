package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidTest {
  private static final String HELLO = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
  private static final String V0 = "QmY7Yh4UquoXHLPFo2XbhXkhBvFoPwmQUSa92pxnxjQuPU";

  @Test
  void namesBytesByTheirHash() {
    Cid cid = Cid.sha256(Cid.RAW, Bytes.utf8("hello world"));
    assertThat(cid.toString()).isEqualTo(HELLO);
    assertThat(cid.version()).isEqualTo(1);
    assertThat(cid.codec()).isEqualTo(Cid.RAW);
    assertThat(cid.hashFunction()).isEqualTo(0x12);
    assertThat(cid.digest().hex())
        .isEqualTo("b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
    assertThat(cid.bytes().hex()).isEqualTo("01551220" + cid.digest().hex());
  }

  @Test
  void hashesOnlyTheGivenPartOfAnArray() {
    byte[] buffer = "..hello world...".getBytes(StandardCharsets.UTF_8);
    assertThat(Cid.sha256(Cid.RAW, buffer, 2, 11).toString()).isEqualTo(HELLO);
    assertThat(Cid.sha256(Cid.RAW, Bytes.wrap(buffer).slice(2, 13)).toString()).isEqualTo(HELLO);
  }

  @Test
  void readsVersionZeroAndWritesItBack() throws Exception {
    Cid cid = Cid.parse(V0);
    assertThat(cid.version()).isZero();
    assertThat(cid.codec()).isEqualTo(Cid.DAG_PB);
    assertThat(cid.toString()).isEqualTo(V0);
    assertThat(Cid.decode(cid.bytes())).isEqualTo(cid);
    assertThat(cid).isNotEqualTo(Cid.ofDigest(Cid.DAG_PB, cid.digest()));
  }

  @Test
  void sortsByBytes() throws Exception {
    Cid raw = Cid.parse(HELLO);
    assertThat(raw).isLessThan(Cid.ofDigest(Cid.DAG_CBOR, raw.digest()));
    assertThat(raw).isLessThan(Cid.parse(V0));
    assertThat(raw).isEqualByComparingTo(Cid.decode(raw.bytes()));
  }

  @Test
  void survivesJavaSerialization() throws Exception {
    for (Cid cid : new Cid[] {Cid.parse(HELLO), Cid.parse(V0)}) {
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(written)) {
        out.writeObject(cid);
      }
      Object read =
          new ObjectInputStream(new ByteArrayInputStream(written.toByteArray())).readObject();
      assertThat(read).isEqualTo(cid).hasToString(cid.toString()).hasSameHashCodeAs(cid);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|expected text such as bafyrei…, found nothing",
        "hello|expected text that begins with b (base32, such as bafyrei…), f, z or Qm, found 'h'",
        "ipfs://bafy|expected the CID alone, found a path; leave out ipfs://",
        "/ipfs/bafy|expected the CID alone, found a path; leave out /ipfs/",
        "QmY7Yh4Uq|expected 46 characters as it begins with Qm (version 0), found 9",
        "QmY7Yh4UquoXHLPFo2XbhXkhBvFoPwmQUSa92pxnxjQuP0|expected base58btc (no 0, O, I, l), found '0' at position 45",
        "Qmzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz|expected version 1 or 0, found version 18",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5|expected base32 that ends with a whole byte, found bits left over; is it cut off?",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5f|expected base32 that ends with a whole byte, found bits left over; is it cut off?",
        "bafkreifzxg43tonzxg43tonzxg43tonzxg43tonzxg43tonzxg43toi|expected a digest of 32 bytes, found 30 of them",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5eaa|expected the end after byte 36, found 1 more",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5eaaa|expected the end after byte 36, found 2 more",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n1e|expected base32 (a-z, 2-7), found '1' at position 57",
        "bafkreié|expected base32 (a-z, 2-7), found 'é' at position 7",
        "BAFKREIfzjut|expected upper case as it begins with B, found 'f' at position 7",
        "f0155122|expected an even number of base16 digits, found an odd one",
        "f01551x|expected base16 (0-9, a-f), found 'x' at position 6",
        "b|expected a version, found nothing",
        "z|expected a version, found nothing",
      })
  void saysWhyATextIsNoCid(String text, String why) {
    assertThatThrownBy(() -> Cid.parse(text))
        .isInstanceOf(DecodeException.class)
        .hasMessage("Invalid CID \"" + text + "\": " + why);
  }

  @Test
  void refusesVersionZeroBehindAPrefix() throws Exception {
    String prefixed = "z" + V0;
    assertThatThrownBy(() -> Cid.parse(prefixed))
        .isInstanceOf(DecodeException.class)
        .hasMessage(
            "Invalid CID \"%s\": expected version 1 behind the prefix 'z', found version 0, which is written Qm…"
                .formatted(prefixed));
  }

  @Test
  void showsOnlyTheBeginningOfALongTextAndNoControlCharacters() {
    assertThatThrownBy(() -> Cid.parse("\u001b[31m" + "x".repeat(1000)))
        .isInstanceOf(DecodeException.class)
        .hasMessageStartingWith("Invalid CID \"\uFFFD[31mxxx")
        .hasMessageContaining("x…\": expected");
    assertThatThrownBy(() -> Cid.parse("z" + "2".repeat(1_000_000)))
        .isInstanceOf(DecodeException.class)
        .hasMessageEndingWith("expected at most 1024 characters of base58btc, found 1000000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|expected a version, found nothing",
        "00|expected version 1 or 0, found version 0",
        "02551220|expected version 1 or 0, found version 2",
        "81|expected a version, found an invalid varint: expected another byte, found the end",
        "01|expected a codec, found an invalid varint: expected another byte, found the end",
        "01d5001220|expected a codec, found an invalid varint: expected the shortest form of 85, found a longer one",
        "01ffffffffffffffffff01|expected a codec, found an invalid varint: expected at most 9 bytes, found more",
        "0180808080080000|expected codes below 2^31, found codec 2147483648 and hash function 0",
        "015512|expected a digest length, found an invalid varint: expected another byte, found the end",
        "01551214aabb|expected a digest of 32 bytes for hash function 0x12, found one of 20",
        "0155122000|expected a digest of 32 bytes, found 1 of them",
        "015500ffffffffffffffff7f|expected a digest of 9223372036854775807 bytes, found 0 of them",
        "1220aabb|expected a digest of 32 bytes, found 2 of them",
      })
  void saysWhyBytesAreNoCid(String hex, String why) {
    assertThatThrownBy(() -> Cid.decode(Bytes.fromHex(hex)))
        .isInstanceOf(DecodeException.class)
        .hasMessage("Invalid CID 0x" + hex + ": " + why);
  }

  @Test
  void refusesATruncatedDigestOfEveryHashFunctionWithAKnownSize() {
    String[] functions = {"11", "12", "13", "14", "15", "16", "17", "20", "56", "a0e402", "e0e402"};
    for (String function : functions) {
      String hex = "0155" + function + "0a" + "00".repeat(10);
      assertThatThrownBy(() -> Cid.decode(Bytes.fromHex(hex)))
          .as(function)
          .isInstanceOf(DecodeException.class)
          .hasMessageContaining("expected a digest of ")
          .hasMessageEndingWith(", found one of 10");
    }
  }

  @Test
  void refusesADigestThatIsNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cid.ofDigest(Cid.RAW, Bytes.of((byte) 1)))
        .withMessage("Invalid sha2-256 digest: expected 32 bytes, found 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cid.sha256(-1, Bytes.EMPTY))
        .withMessage("Invalid codec: expected a code from 0 on, found -1");
  }

  @Property
  void everyCidReadsBackFromBytesAndFromEachTextForm(
      @ForAll @IntRange(min = 0) int codec, @ForAll @Size(32) byte[] digest) throws Exception {
    Cid cid = Cid.ofDigest(codec, Bytes.of(digest));
    assertThat(cid.digest()).isEqualTo(Bytes.of(digest));
    assertThat(cid.codec()).isEqualTo(codec);
    assertThat(Cid.decode(cid.bytes())).isEqualTo(cid);
    assertThat(Cid.parse(cid.toString())).isEqualTo(cid).hasToString(cid.toString());
    assertThat(Cid.parse(cid.toString().toUpperCase(Locale.ROOT))).isEqualTo(cid);
    assertThat(Cid.parse("f" + cid.bytes().hex())).isEqualTo(cid);
    assertThat(Cid.parse("z" + Multibase.base58(cid.bytes()))).isEqualTo(cid);
  }

  @Property
  void whateverBytesAreTakenForACidComeBackAsTheyWere(@ForAll @Size(max = 40) byte[] bytes) {
    Bytes given = Bytes.of(bytes);
    try {
      assertThat(Cid.decode(given).bytes()).isEqualTo(given);
    } catch (DecodeException e) {
      assertThat(e).hasMessageStartingWith("Invalid CID 0x" + given.hex());
    }
  }

  @Property
  void base58ReadsBackWhatItWrote(@ForAll @Size(max = 100) byte[] bytes) throws Exception {
    Bytes given = Bytes.of(bytes);
    assertThat(Multibase.fromBase58(Multibase.base58(given), 0)).isEqualTo(given);
  }
}
