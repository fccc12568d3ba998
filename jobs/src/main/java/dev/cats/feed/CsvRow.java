package dev.cats.feed;

import java.util.ArrayList;
import java.util.List;

/**
 * A row of CSV (RFC 4180) in the making: cells apart by commas, in quotation marks where they hold
 * a comma, a quotation mark (then doubled) or a line end, and so a row may be several lines.
 */
public final class CsvRow {
  private enum Place {
    START,
    PLAIN,
    QUOTED,
    AFTER_QUOTE
  }

  private final List<String> cells = new ArrayList<>();
  private final StringBuilder cell = new StringBuilder();
  private Place place = Place.START;
  private boolean begun;

  /** The cells of a row that is one line. */
  public static List<String> cells(String line) throws Malformed {
    CsvRow row = new CsvRow();
    if (!row.add(line)) {
      throw new Malformed("a quotation mark is not closed");
    }
    return List.copyOf(row.cells());
  }

  /** Adds a line; true if the row ends with it. */
  boolean add(String line) throws Malformed {
    if (begun) {
      cell.append('\n');
    }
    begun = true;
    for (int i = 0; i < line.length(); i++) {
      add(line.charAt(i));
    }
    if (place == Place.QUOTED) {
      return false;
    }
    endCell();
    return true;
  }

  private void add(char c) throws Malformed {
    switch (place) {
      case START, PLAIN -> {
        if (c == ',') {
          endCell();
        } else if (c == '"' && place == Place.START) {
          place = Place.QUOTED;
        } else {
          cell.append(c);
          place = Place.PLAIN;
        }
      }
      case QUOTED -> {
        if (c == '"') {
          place = Place.AFTER_QUOTE;
        } else {
          cell.append(c);
        }
      }
      case AFTER_QUOTE -> {
        if (c == '"') {
          cell.append(c);
          place = Place.QUOTED;
        } else if (c == ',') {
          endCell();
        } else {
          throw new Malformed(
              "cell "
                  + (cells.size() + 1)
                  + ": expected a comma after the closing quotation mark, found '"
                  + c
                  + "'");
        }
      }
    }
  }

  private void endCell() {
    cells.add(cell.toString());
    cell.setLength(0);
    place = Place.START;
  }

  /** The cells of a row that has ended. */
  List<String> cells() {
    return cells;
  }
}
