package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Origin;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SourceRecordsTest {
  private static final Cid FILE = Cid.sha256(Cid.RAW, Bytes.utf8("feed"));

  @Property
  void everyRecordCountsOnceHoweverItsRangesOverlap(
      @ForAll @Size(max = 30) List<@IntRange(max = 60) Integer> starts,
      @ForAll @IntRange(min = 1, max = 20) int length) {
    SourceRecords records = new SourceRecords();
    BitSet oracle = new BitSet();
    for (int start : starts) {
      int count = 1 + (start * 7 + length) % length;
      records.add(new Origin.File("feed", FILE, start, count));
      oracle.set(start, start + count);
    }
    assertThat(records.count()).isEqualTo(oracle.cardinality());
  }

  @Test
  void filesAndPartitionsAreCountedApart() {
    SourceRecords records = new SourceRecords();
    records.add(new Origin.File("feed", FILE, 0, 10));
    records.add(new Origin.Kafka("feed", 0, 0, 9, 10));
    records.add(new Origin.Kafka("feed", 1, 0, 9, 10));
    assertThat(records.count()).isEqualTo(30);
  }
}
