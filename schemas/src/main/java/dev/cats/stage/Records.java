package dev.cats.stage;

import java.util.Arrays;

/**
 * Avro datums of one schema, back to back.
 *
 * @param bytes of all of them; nobody changes it
 * @param ends where each one ends; the first starts at 0
 */
@SuppressWarnings("ArrayRecordComponent") // a lot's worth of bytes, handed over and not compared
public record Records(byte[] bytes, int[] ends) {
  public static final Records NONE = new Records(new byte[0], new int[0]);

  public Records {
    if (ends.length > 0 && ends[ends.length - 1] > bytes.length) {
      throw new IllegalArgumentException(
          "Invalid records: expected an end of at most "
              + bytes.length
              + ", found "
              + ends[ends.length - 1]);
    }
  }

  public int count() {
    return ends.length;
  }

  /** Bytes of all records. */
  public int size() {
    return ends.length == 0 ? 0 : ends[ends.length - 1];
  }

  public int start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  public int length(int index) {
    return ends[index] - start(index);
  }

  /** Records that are gathered one by one. */
  public static final class Builder {
    private byte[] bytes = new byte[256];
    private int[] ends = new int[8];
    private int count;

    public int count() {
      return count;
    }

    public int size() {
      return count == 0 ? 0 : ends[count - 1];
    }

    public void add(byte[] buffer, int offset, int length) {
      int start = size();
      int end = Math.addExact(start, length);
      if (end > bytes.length) {
        bytes =
            Arrays.copyOf(
                bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, 2L * bytes.length)));
      }
      if (count == ends.length) {
        ends = Arrays.copyOf(ends, 2 * count);
      }
      System.arraycopy(buffer, offset, bytes, start, length);
      ends[count++] = end;
    }

    public Records build() {
      return new Records(Arrays.copyOf(bytes, size()), Arrays.copyOf(ends, count));
    }
  }
}
