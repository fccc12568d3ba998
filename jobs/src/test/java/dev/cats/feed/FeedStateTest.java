package dev.cats.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeedStateTest {
  private static final Cid FILE = Cid.sha256(Cid.RAW, Bytes.utf8("feed"));
  private static final FeedSplit SPLIT = new FeedSplit(FILE, 0x0102030405L, 7);

  /** A split of the past must be readable for ever: never change these bytes. */
  private static final String SPLIT_1 =
      "003b"
          + Bytes.utf8("bafkreigixqsyntoyptlps4h4ijrmjo6esfsycf4iqjp3yg5dgzv73zcucm").hex()
          + "0000000102030405"
          + "0000000000000007";

  private static final String NO_SPLIT_1 = SPLIT_1.substring(0, 2 * 61) + "00";
  private static final String WAITING_1 = SPLIT_1.substring(0, 2 * 61) + "01" + SPLIT_1;

  @Test
  void aSplitOfVersion1IsReadAndWritten() throws IOException {
    assertThat(Bytes.of(FeedState.SPLIT.serialize(SPLIT)).hex()).isEqualTo(SPLIT_1);
    assertThat(FeedState.SPLIT.deserialize(1, Bytes.fromHex(SPLIT_1).toArray())).isEqualTo(SPLIT);
  }

  @Test
  void aProgressOfVersion1IsReadAndWritten() throws IOException {
    FeedProgress none = new FeedProgress(FILE, Optional.empty());
    FeedProgress waiting = new FeedProgress(FILE, Optional.of(SPLIT));
    assertThat(Bytes.of(FeedState.PROGRESS.serialize(none)).hex()).isEqualTo(NO_SPLIT_1);
    assertThat(Bytes.of(FeedState.PROGRESS.serialize(waiting)).hex()).isEqualTo(WAITING_1);
    assertThat(FeedState.PROGRESS.deserialize(1, Bytes.fromHex(NO_SPLIT_1).toArray()))
        .isEqualTo(none);
    assertThat(FeedState.PROGRESS.deserialize(1, Bytes.fromHex(WAITING_1).toArray()))
        .isEqualTo(waiting);
  }

  @Test
  void anotherVersionIsRefused() {
    assertThatThrownBy(() -> FeedState.SPLIT.deserialize(2, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessage("Cannot restore the feed source: expected state of version 1, found 2");
  }
}
