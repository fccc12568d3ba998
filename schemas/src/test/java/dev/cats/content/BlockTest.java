package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;

class BlockTest {
  private static final Bytes HELLO = Bytes.utf8("hello world");

  @Test
  void acceptsTheBytesThatACidNames() throws Exception {
    Block block = Block.of(Cid.RAW, HELLO);
    assertThat(Block.check(block.cid(), HELLO)).isEqualTo(block);
    assertThat(Block.check(block.cid(), HELLO).bytes()).isEqualTo(HELLO);
  }

  @Test
  void refusesOtherBytesAndShowsBothSidesAligned() {
    Cid expected = Cid.sha256(Cid.RAW, HELLO);
    Bytes other = Bytes.utf8("hello worle");
    HashMismatchException e =
        catchThrowableOfType(HashMismatchException.class, () -> Block.check(expected, other));
    assertThat(e.expected()).isEqualTo(expected);
    assertThat(e.found()).isEqualTo(Cid.sha256(Cid.RAW, other));
    assertThat(e)
        .hasMessage(
            "Cannot accept block: its bytes are not what its CID names\n  expected %s\n  found    %s"
                .formatted(expected, e.found()));
  }

  @Test
  void refusesAHashFunctionThatItCannotCompute() throws Exception {
    Cid sha1 = Cid.decode(Bytes.fromHex("01551114" + "00".repeat(20)));
    assertThatThrownBy(() -> Block.check(sha1, HELLO))
        .isInstanceOf(HashMismatchException.class)
        .hasMessageStartingWith(
            "Cannot accept block: hash function 0x11 cannot be checked, only sha2-256 can\n");
  }

  @Test
  void anIdentityCidNamesItsOwnDigest() throws Exception {
    Cid identity = Cid.decode(Bytes.fromHex("0155000b" + HELLO.hex()));
    assertThat(Block.check(identity, HELLO).cid()).isEqualTo(identity);
    assertThatThrownBy(() -> Block.check(identity, Bytes.EMPTY))
        .isInstanceOf(HashMismatchException.class)
        .hasMessageStartingWith("Cannot accept block: its bytes are not what its CID names\n");
  }

  @Test
  void hasAtMostOneMebibyte() throws Exception {
    Bytes largest = Bytes.wrap(new byte[Block.MAX_SIZE]);
    assertThat(Block.of(Cid.RAW, largest).bytes()).isSameAs(largest);
    Bytes larger = Bytes.wrap(new byte[Block.MAX_SIZE + 1]);
    String message = "Cannot make a block of 1048577 bytes: the limit is 1048576 bytes";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Block.of(Cid.RAW, larger))
        .withMessage(message);
    Cid cid = Cid.sha256(Cid.RAW, larger);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Block.check(cid, larger))
        .withMessage(message);
  }
}
