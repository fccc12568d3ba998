package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryBlockStoreTest extends BlockStoreContract {
  private final String name = "test-" + UUID.randomUUID();

  @Override
  protected BlockStore openStore() throws IOException {
    return BlockStores.open(URI.create("memory:" + name));
  }

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
  }

  @Test
  void storesOfDifferentNamesShareNothing() throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8("here"));
    MemoryBlockStore here = MemoryBlockStore.named(name);
    try (SegmentWriter writer = here.newSegment("here")) {
      writer.append(block);
      writer.seal();
    }
    here.commit("here");

    assertThat(here.segments()).containsExactly("here");
    assertThat(MemoryBlockStore.named(name + "-other").has(block.cid())).isFalse();
    MemoryBlockStore.forget(name + "-other");
    MemoryBlockStore.forget(name);
    assertThat(MemoryBlockStore.named(name).has(block.cid())).isFalse();
  }

  @Test
  void bytesUnderAWrongCidAreNotReturned() throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8("right"));
    MemoryBlockStore store = MemoryBlockStore.named(name);
    byte[] wrong = Bytes.utf8("wrong").toArray();
    try (SegmentWriter writer = store.newSegment("lie")) {
      writer.append(block.cid(), wrong, 0, wrong.length);
      writer.seal();
    }
    store.commit("lie");

    assertThatIOException()
        .isThrownBy(() -> store.get(block.cid()))
        .withMessage(
            "Cannot read block "
                + block.cid()
                + ": its bytes do not match its hash\n"
                + "  store     memory "
                + name
                + "\n  segment   lie\n"
                + "  block     "
                + block.cid()
                + "\n  expected  "
                + block.cid()
                + "\n  found     "
                + Cid.sha256(Cid.RAW, Bytes.utf8("wrong")));
  }

  @Test
  void aUriThatNoStoreAcceptsNamesThoseThatAre() {
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open(URI.create("carrier-pigeon:coop")))
        .withMessageStartingWith("Cannot open store carrier-pigeon:coop: expected one of ")
        .withMessageContaining("memory:NAME");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open(URI.create("memory:///")))
        .withMessage("Cannot open store memory:///: expected memory:NAME");
  }
}
