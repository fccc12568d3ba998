package dev.cats.feed;

import java.io.IOException;
import java.util.Optional;

/**
 * The elements of {@code features} of one GeoJSON FeatureCollection.
 *
 * <p>An element ends where its brackets balance, or, where it is neither object nor array, at the
 * next comma, bracket or blank. What is between is passed on as it stands: whether it is a feature
 * is for the decoding step to say. The frame around the elements is this reader's business, and
 * where it is broken the reader cannot know what follows, so it stops with an {@link
 * InputException} that names the byte. Elements before that have been given out by then.
 */
final class CollectionReader extends FeatureReader {
  private static final int LONGEST_NAME = 1 << 10;

  private enum Place {
    BEFORE_FEATURES,
    FIRST_FEATURE,
    NEXT_FEATURE,
    DONE
  }

  private Place place;
  private boolean typeSeen;
  private long lastStart = -1;

  /**
   * @param resumed whether {@code bytes} start right after a feature of a file whose start another
   *     reader has seen
   */
  CollectionReader(FeedBytes bytes, long index, boolean resumed) {
    super(bytes, index);
    this.place = resumed ? Place.NEXT_FEATURE : Place.BEFORE_FEATURES;
    this.typeSeen = resumed;
  }

  @Override
  Optional<String> read() throws IOException {
    if (place == Place.BEFORE_FEATURES) {
      readOpening();
      place = Place.FIRST_FEATURE;
    }
    if (place == Place.DONE || !findFeature()) {
      return Optional.empty();
    }
    bytes.mark();
    lastStart = bytes.runStart();
    place = Place.NEXT_FEATURE;
    readValue();
    return Optional.of(bytes.text());
  }

  /** Reads from the start of the file to the inside of the features' array. */
  private void readOpening() throws IOException {
    bytes.skipByteOrderMark();
    int b = readBlanks();
    if (b == FeedBytes.END) {
      throw bytes.cannot("it is empty. Expected a GeoJSON FeatureCollection");
    }
    if (b != '{') {
      throw bytes.cannot(
          "expected a GeoJSON FeatureCollection, which starts with '{', found "
              + shown(b)
              + " at byte "
              + bytes.offset());
    }
    bytes.skip();
    if (readBlanks() == '}') {
      throw noCollection("an empty object");
    }
    if (!readMembers()) {
      throw noCollection("an object without \"features\"");
    }
  }

  /**
   * Reads the collection's members; true when it stands inside {@code features}, false after the
   * closing bracket.
   */
  private boolean readMembers() throws IOException {
    while (true) {
      expect('"', "a property's name");
      String name = readString();
      readBlanks();
      expect(':', "':' after \"" + name + "\"");
      bytes.skip();
      int b = readBlanks();
      if (name.equals("features")) {
        if (place != Place.BEFORE_FEATURES) {
          throw bytes.cannot("it has \"features\" twice, again at byte " + bytes.offset());
        }
        if (b != '[') {
          throw noCollection("\"features\" that is " + shown(b) + ", not an array");
        }
        bytes.skip();
        return true;
      }
      if (name.equals("type")) {
        if (b != '"') {
          throw noCollection("a \"type\" that is no text");
        }
        String type = readString();
        if (!type.equals("FeatureCollection")) {
          throw noCollection(
              "\"type\":\""
                  + type
                  + "\""
                  + (type.equals("Feature")
                      ? ". A file with a feature per line is named .geojsonl"
                      : ""));
        }
        typeSeen = true;
      } else {
        expectValue("a value");
        readValue();
      }
      if (!anotherMember()) {
        return false;
      }
    }
  }

  /** Stands before the next member, or after the collection's closing bracket. */
  private boolean anotherMember() throws IOException {
    int b = readBlanks();
    if (b == ',') {
      bytes.skip();
      readBlanks();
      return true;
    }
    expect('}', "',' or '}'");
    bytes.skip();
    return false;
  }

  /** Stands at the start of the next feature, or, past the end of a whole file, says false. */
  private boolean findFeature() throws IOException {
    int b = readBlanks();
    if (b == ']') {
      bytes.skip();
      readClosing();
      return false;
    }
    if (place == Place.NEXT_FEATURE) {
      expect(',', "',' or ']' after feature " + (index() - 1));
      bytes.skip();
      readBlanks();
    }
    expectValue("feature " + index());
    return true;
  }

  /** Reads from after the features' array to the end of the file. */
  private void readClosing() throws IOException {
    place = Place.DONE;
    if (anotherMember() && readMembers()) {
      throw new IllegalStateException("Cannot enter the features twice");
    }
    if (!typeSeen) {
      throw noCollection("an object without \"type\"");
    }
    if (readBlanks() != FeedBytes.END) {
      throw unexpected("nothing after the collection");
    }
  }

  /** Reads one value to its end, without looking into it. */
  private void readValue() throws IOException {
    int depth = 0;
    do {
      int b = bytes.peek();
      switch (b) {
        case FeedBytes.END -> throw unexpected("a value's end");
        case '"' -> readText();
        case '{', '[' -> {
          depth++;
          bytes.skip();
        }
        case '}', ']' -> {
          depth--;
          bytes.skip();
        }
        default -> {
          if (depth == 0) {
            readScalar();
          } else {
            bytes.skip();
          }
        }
      }
    } while (depth > 0);
  }

  private void readScalar() throws IOException {
    while (!endsScalar(bytes.peek())) {
      bytes.skip();
    }
  }

  private static boolean endsScalar(int b) {
    return switch (b) {
      case FeedBytes.END, ',', ']', '}', '{', '[', '"', ':', ' ', '\t', '\r', '\n' -> true;
      default -> false;
    };
  }

  /** Reads a text value with its quotation marks. */
  private void readText() throws IOException {
    bytes.skip();
    while (true) {
      switch (bytes.peek()) {
        case '"' -> {
          bytes.skip();
          return;
        }
        case '\\' -> {
          bytes.skip();
          bytes.next();
        }
        case FeedBytes.END -> throw unexpected("a text's closing quotation mark");
        default -> bytes.skip();
      }
    }
  }

  /** The text in quotation marks, shortened where it is too long to matter. */
  private String readString() throws IOException {
    bytes.mark();
    readText();
    String text = bytes.text();
    return text.substring(1, Math.min(text.length(), LONGEST_NAME) - 1);
  }

  private int readBlanks() throws IOException {
    int b = bytes.peek();
    while (b == ' ' || b == '\n' || b == '\t' || b == '\r') {
      bytes.skip();
      b = bytes.peek();
    }
    return b;
  }

  private void expect(int wanted, String what) throws IOException {
    if (bytes.peek() != wanted) {
      throw unexpected(what);
    }
  }

  private void expectValue(String what) throws IOException {
    switch (bytes.peek()) {
      case FeedBytes.END, ',', ']', '}', ':' -> throw unexpected(what);
      default -> {}
    }
  }

  private InputException unexpected(String wanted) throws IOException {
    int found = bytes.peek();
    String last =
        lastStart < 0
            ? ""
            : " The last feature that starts before it does so at byte " + lastStart + ".";
    if (found == FeedBytes.END) {
      return bytes.cannot(
          "it ends at byte "
              + bytes.offset()
              + " in the middle, where "
              + wanted
              + " should be: the file was cut off, or a bracket or quotation mark is missing."
              + last
              + " Fetch the file again");
    }
    return bytes.cannot(
        "expected "
            + wanted
            + ", found "
            + shown(found)
            + " at byte "
            + bytes.offset()
            + "."
            + last
            + " Mend the file there or fetch it again");
  }

  private InputException noCollection(String found) {
    return bytes.cannot("expected a GeoJSON FeatureCollection, found " + found);
  }

  private static String shown(int b) {
    if (b == FeedBytes.END) {
      return "the end of the file";
    }
    return b > ' ' && b < 0x7f ? "'" + (char) b + "'" : String.format("byte 0x%02x", b);
  }
}
