package dev.cats.job.iris;

import dev.cats.feed.CsvRow;
import dev.cats.feed.Malformed;
import dev.cats.step.Output;
import dev.cats.step.Step;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.Path;

/**
 * A row of the table to a {@link Flower}. One that is none is rejected under the rule it broke:
 * {@code malformed}, cells as many as there are columns; {@code invalid-length}, a decimal number
 * of centimetres above 0; {@code invalid-species}, a number from 0 to 2.
 *
 * @param header the line that names the columns
 */
record DecodeFlower(String header) implements Step<String, Flower> {
  private static final String TARGET = "target";
  private static final List<String> LENGTHS =
      List.of("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)");

  /** By the numbers that the table has for them. */
  private static final List<String> SPECIES = List.of("setosa", "versicolor", "virginica");

  private static final Pattern LENGTH = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

  /**
   * @throws IOException if a column is missing
   */
  static DecodeFlower of(Path table, String header) throws IOException {
    List<String> columns = columns(header);
    if (!columns.containsAll(LENGTHS) || !columns.contains(TARGET)) {
      throw new IOException(
          "Cannot read irises from %s: expected the columns %s and %s, found %s"
              .formatted(
                  table.getName(), String.join(", ", LENGTHS), TARGET, String.join(", ", columns)));
    }
    return new DecodeFlower(header);
  }

  private static List<String> columns(String header) {
    try {
      return CsvRow.cells(header);
    } catch (Malformed e) {
      return List.of(header);
    }
  }

  @Override
  public void apply(String row, Output<Flower> out) {
    List<String> columns = columns(header);
    List<String> cells;
    try {
      cells = CsvRow.cells(row);
    } catch (Malformed e) {
      out.reject("malformed", e.getMessage());
      return;
    }
    if (cells.size() != columns.size()) {
      out.reject(
          "malformed", "expected %d cells, found %d".formatted(columns.size(), cells.size()));
      return;
    }
    double[] lengths = new double[LENGTHS.size()];
    for (int i = 0; i < lengths.length; i++) {
      String cell = cells.get(columns.indexOf(LENGTHS.get(i)));
      lengths[i] = LENGTH.matcher(cell).matches() ? Double.parseDouble(cell) : 0;
      if (lengths[i] == 0) {
        out.reject("invalid-length", "%s is '%s'".formatted(LENGTHS.get(i), cell));
        return;
      }
    }
    String target = cells.get(columns.indexOf(TARGET));
    if (!target.matches("[0-2]")) {
      out.reject("invalid-species", "%s is '%s'".formatted(TARGET, target));
      return;
    }
    String species = SPECIES.get(Integer.parseInt(target));
    out.collect(new Flower(species, lengths[0], lengths[1], lengths[2], lengths[3]));
  }
}
