package dev.cats.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvRowTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '\'',
      value = {
        "a,b,c; a|b|c",
        ",,; ||",
        "''; ''",
        "\"a,b\",c; a,b|c",
        "\"say \"\"hi\"\"\",\"\"; say \"hi\"|",
        "6\" pipe, x; 6\" pipe| x",
      })
  void cellsAreThoseOfTheStandard(String line, String cells) throws Malformed {
    CsvRow row = new CsvRow();
    assertThat(row.add(line)).isTrue();
    assertThat(String.join("|", row.cells())).isEqualTo(cells);
  }

  @Test
  void aQuotedCellMayHoldLineEnds() throws Malformed {
    CsvRow row = new CsvRow();
    assertThat(row.add("1,\"one")).isFalse();
    assertThat(row.add("")).isFalse();
    assertThat(row.add("two\",3")).isTrue();
    assertThat(row.cells()).containsExactly("1", "one\n\ntwo", "3");
  }

  @Test
  void textAfterAClosingQuotationMarkIsRefused() {
    assertThatExceptionOfType(Malformed.class)
        .isThrownBy(() -> new CsvRow().add("1,\"a\"b"))
        .withMessage("cell 2: expected a comma after the closing quotation mark, found 'b'");
  }
}
