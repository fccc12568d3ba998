package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cats.content.Bytes;
import dev.cats.content.DecodeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A record that a real node made, good for a hundred years, and what is wrong with its twins. */
class IpnsRecordTest {
  private static final String NAME =
      "k51qzi5uqu5dkxhmc56pf404elm5oidzg403qxixq8jdcqyzqrbcfdsxtfdl1c";
  private static final String OTHER_NAME =
      "k51qzi5uqu5dk1coqyklxe2ipm6cuv1bqvdfdgrtqtcth32fk2e22cftkd1uwu";
  private static final String VALUE = "bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am";
  private static final Instant UNTIL = Instant.parse("2126-11-04T14:08:47.997557688Z");

  /** Kubo 0.43.0: {@code name publish --lifetime=876000h}, {@code name get}. */
  private static final Bytes RECORD =
      Bytes.fromHex(
          "0a412f697066732f6261666b7265696379736732336b69777633346567326437717765697078776f73646f327079346c647634326e62617567756c7565"
              + "6e357636616d12402f7f3e20cba0e0a6a64a7d341516c198d6fae3ec53a0c8d135727425b1b21a6f7a4a546712ba182ccb6f25390260aeaed5549a"
              + "61ab59a4e29181fe5c1e3aac0e1800221e323132362d31312d30345431343a30383a34372e3939373535373638385a28003080f092cbdd084240cdcc"
              + "0ef8facb413b21cde8c7b7fb8e2a533fa487d16ad0d6c6df6322b91bfa37f189f1ba1b6d76649b286018bf03bf07c3fc00426233189e4555ed03526a"
              + "f2074a9801a56354544c1b00000045d964b8006556616c756558412f697066732f6261666b7265696379736732336b69777633346567326437717765"
              + "697078776f73646f327079346c647634326e62617567756c75656e357636616d6853657175656e6365006856616c6964697479581e323132362d3131"
              + "2d30345431343a30383a34372e3939373535373638385a6c56616c69646974795479706500");

  private static final Instant NOW = Instant.parse("2026-11-28T15:00:00Z");

  private static IpnsName name(String text) {
    try {
      return IpnsName.of(text);
    } catch (DecodeException e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(Bytes record, String why) {
    assertThatExceptionOfType(IpnsException.class)
        .isThrownBy(() -> IpnsRecord.verified(name(NAME), record, NOW))
        .withMessageStartingWith("Cannot trust a record of ipns://" + NAME + ": ")
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e.why()).isEqualTo(IpnsException.Why.WRONG));
  }

  private static Bytes flipped(int at, int mask) {
    byte[] bytes = RECORD.toArray();
    bytes[at] ^= (byte) mask;
    return Bytes.wrap(bytes);
  }

  /** Where a field begins whose bytes these are. */
  private static int at(String hex) {
    return RECORD.hex().indexOf(hex) / 2;
  }

  @Test
  void aRecordOfKuboSaysWhereItLeads() throws Exception {
    IpnsRecord record = IpnsRecord.verified(name(NAME), RECORD, NOW);
    assertThat(record.value()).hasToString(VALUE);
    assertThat(record.sequence()).isEqualTo(BigInteger.ZERO);
    assertThat(record.until()).isEqualTo(UNTIL);
    assertThat(record.name()).hasToString(NAME);
  }

  @Test
  void everyBitOfTheSignatureMatters() {
    int signature = at("4240cdcc0ef8") + 2;
    for (int i = 0; i < 64; i++) {
      refused(flipped(signature + i, 1 << i % 8), "expected a signature by the key in the name");
    }
  }

  @Test
  void everyByteOfWhatIsSignedMatters() {
    int data = at("4a9801a56354") + 3;
    for (int i = data; i < RECORD.size(); i++) {
      refused(flipped(i, 1), "expected a signature by the key in the name");
    }
  }

  @Test
  void aRecordOfAnotherKeyIsRefused() {
    assertThatExceptionOfType(IpnsException.class)
        .isThrownBy(() -> IpnsRecord.verified(name(OTHER_NAME), RECORD, NOW))
        .withMessageContaining("found one that is not");
  }

  @Test
  void copiesForOldReadersThatSaySomethingElseAreRefused() {
    refused(flipped(at("0a412f6970") + 20, 1), "expected the signed value, /ipfs/" + VALUE);
    refused(flipped(at("221e3231") + 4, 1), "expected the signed validity, 2126");
    refused(flipped(at("18002") + 1, 1), "expected the signed validityType, 0");
    refused(flipped(at("28003080") + 1, 1), "expected the signed sequence, 0");
    refused(flipped(at("3080f092") + 2, 1), "expected the signed ttl");
  }

  @Test
  void aRecordIsGoodUntilItsEndAndNotAtIt() throws Exception {
    assertThat(IpnsRecord.verified(name(NAME), RECORD, UNTIL.minusNanos(1)).until())
        .isEqualTo(UNTIL);
    assertThatExceptionOfType(IpnsException.class)
        .isThrownBy(() -> IpnsRecord.verified(name(NAME), RECORD, UNTIL))
        .withMessageContaining("its record 0 ended at 2126-11-04T14:08:47.997557688Z and led to")
        .withMessageContaining("./cats publish --name")
        .satisfies(e -> assertThat(e.why()).isEqualTo(IpnsException.Why.EXPIRED));
  }

  @Test
  void aRecordWithoutTheSecondSignatureIsRefused() throws IOException {
    Bytes old = RECORD.slice(0, at("4240cdcc0ef8"));
    refused(old, "expected data and a signature of 64 bytes (version 2), found 0 and 0 bytes");
    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    twice.write(RECORD.toArray());
    twice.write(RECORD.slice(0, 67).toArray());
    refused(Bytes.wrap(twice.toByteArray()), "expected field 1 once");
    refused(RECORD.slice(0, RECORD.size() - 1), "found the end after");
    refused(Bytes.wrap(new byte[IpnsRecord.MAX_SIZE + 1]), "expected at most 10240 bytes");
    refused(Bytes.EMPTY, "found 0 and 0 bytes");
    refused(Bytes.fromHex("0d00000000"), "found wire type 5");
    refused(Bytes.fromHex("ffffffffffffffffffffff"), "expected a number to end");
  }

  @Test
  void oneNameHasManyForms() throws Exception {
    IpnsName name = name(NAME);
    for (String form :
        new String[] {
          "ipns://" + NAME,
          "/ipns/" + NAME,
          "ipns://" + NAME + "/",
          "12D3KooWNdsjVH9w71Cvggbnh5zdurgncR6kmHvX4Fd4JRAGrVEf",
          "bafzaajaiaejcbptx7bfhymu4rvy4pxo5rrf3qdh57dp3sd2pfdmmfatu4ab6ppwa"
        }) {
      assertThat(IpnsName.of(form)).isEqualTo(name).hasToString(NAME);
    }
  }

  @Test
  void whatIsNoNameIsRefused() {
    for (String wrong :
        new String[] {
          "",
          "example.org",
          VALUE,
          "k51",
          NAME.substring(0, NAME.length() - 1),
          "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR",
          "12D3KooW"
        }) {
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> IpnsName.of("ipns://" + wrong))
          .withMessageStartingWith("Invalid IPNS name \"" + wrong + "\": ")
          .withMessageContaining("expected ");
    }
  }
}
