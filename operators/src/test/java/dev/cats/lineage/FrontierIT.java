package dev.cats.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrontierIT {

  @Test
  void itIsAStackHoweverMuchOfItIsInTheFile() throws IOException {
    Random random = new Random(1);
    ArrayDeque<Visit> expected = new ArrayDeque<>();
    try (Frontier frontier = new Frontier(4)) {
      for (int i = 0; i < 20_000; i++) {
        // Long ways up and down, across many pages.
        boolean up = random.nextInt(100) < (i / 1_000 % 2 == 0 ? 70 : 30);
        if (up) {
          Visit visit = visit(random, i);
          expected.push(visit);
          frontier.push(visit);
        } else {
          assertThat(frontier.pop()).isEqualTo(Optional.ofNullable(expected.poll()));
        }
        assertThat(frontier.isEmpty()).isEqualTo(expected.isEmpty());
      }
      while (!expected.isEmpty()) {
        assertThat(frontier.pop()).contains(expected.pop());
      }
      assertThat(frontier.pop()).isEmpty();
      assertThat(frontier.isEmpty()).isTrue();
    }
  }

  private static Visit visit(Random random, int number) {
    Visit.Role[] roles = Visit.Role.values();
    Cid cid = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("block " + number));
    Optional<Cid> by =
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(Cid.sha256(Cid.RAW, Bytes.utf8("by " + number)));
    return new Visit(cid, roles[random.nextInt(roles.length)], by);
  }
}
