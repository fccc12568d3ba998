package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

class BytesTest {
  private static final Bytes ABC = Bytes.fromHex("0a0b0c");

  @Test
  void aSliceIsAValueOfItsOwn() throws Exception {
    Bytes slice = Bytes.fromHex("ff0a0b0cff").slice(1, 4);
    assertThat(slice).isEqualTo(ABC).hasSameHashCodeAs(ABC);
    assertThat(slice.size()).isEqualTo(3);
    assertThat(slice.at(2)).isEqualTo((byte) 0x0c);
    assertThat(slice.hex()).isEqualTo("0a0b0c");
    assertThat(slice.toArray()).containsExactly(0x0a, 0x0b, 0x0c);
    assertThat(slice.slice(1, 2).hex()).isEqualTo("0b");
    assertThat(slice.asStream().readAllBytes()).containsExactly(0x0a, 0x0b, 0x0c);
    assertThat(slice.asByteBuffer().remaining()).isEqualTo(3);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    slice.writeTo(out);
    assertThat(out.toByteArray()).containsExactly(0x0a, 0x0b, 0x0c);
  }

  @Test
  void aSliceEndsWhereItEnds() {
    Bytes slice = Bytes.fromHex("ff0a0b0cff").slice(1, 4);
    assertThatThrownBy(() -> slice.at(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.slice(1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Bytes.copyOf(new byte[2], 1, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void doesNotChangeFromOutside() {
    byte[] array = {1, 2, 3};
    Bytes bytes = Bytes.of(array);
    array[0] = 9;
    bytes.toArray()[1] = 9;
    assertThat(bytes.hex()).isEqualTo("010203");
    assertThatThrownBy(() -> bytes.asByteBuffer().put((byte) 9))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void sortsByUnsignedBytesAndAPrefixFirst() {
    assertThat(Bytes.fromHex("7f")).isLessThan(Bytes.fromHex("80"));
    assertThat(Bytes.fromHex("7f")).isLessThan(Bytes.fromHex("7f00"));
    assertThat(Bytes.EMPTY).isLessThan(Bytes.fromHex("00"));
  }

  @Test
  void serializesOnlyTheSlice() throws Exception {
    Bytes slice = Bytes.wrap(new byte[1 << 16]).slice(10, 20);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(written)) {
      out.writeObject(slice);
    }
    assertThat(written.size()).isLessThan(300);
    Object read =
        new ObjectInputStream(new ByteArrayInputStream(written.toByteArray())).readObject();
    assertThat(read).isEqualTo(slice);
  }

  @Test
  void showsTextAndHex() {
    assertThat(Bytes.utf8("é😀").hex()).isEqualTo("c3a9f09f9880");
    assertThat(Bytes.utf8("é😀").utf8()).isEqualTo("é😀");
    assertThat(ABC).hasToString("Bytes[0a0b0c]");
    assertThat(Bytes.wrap(new byte[100]).toString()).endsWith("00… 100 bytes]");
  }
}
