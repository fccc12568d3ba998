package dev.cats.ray;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a class file says of itself, as far as its constant pool tells.
 *
 * @param release the release of Java that it is for, such as 17
 * @param names the classes that it names, as paths ({@code java/lang/String}), also those in
 *     signatures and annotations
 */
record ClassFile(int release, Set<String> names) {
  private static final int MAGIC = 0xCAFEBABE;

  /** The version of class files of Java 1.0, if there had been one. */
  private static final int FIRST_VERSION = 44;

  private static final Pattern IN_SIGNATURE = Pattern.compile("L([A-Za-z_$][\\w$/]*)[;<]");

  static ClassFile of(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readInt() != MAGIC) {
      throw new IOException("Invalid class file: it does not begin like one");
    }
    in.skipNBytes(2);
    int release = in.readUnsignedShort() - FIRST_VERSION;
    int count = in.readUnsignedShort();
    Map<Integer, String> texts = new HashMap<>();
    List<Integer> classes = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts.put(i, in.readUTF());
        case 7 -> classes.add(in.readUnsignedShort());
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++; // these take two places
        }
        case 8, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        default -> throw new IOException("Invalid class file: a constant of kind " + tag);
      }
    }
    Set<String> names = new TreeSet<>();
    for (int each : classes) {
      String name = texts.get(each);
      if (!name.startsWith("[")) {
        names.add(name);
      }
    }
    for (String text : texts.values()) {
      Matcher matcher = IN_SIGNATURE.matcher(text);
      while (matcher.find()) {
        names.add(matcher.group(1));
      }
    }
    return new ClassFile(release, names);
  }
}
