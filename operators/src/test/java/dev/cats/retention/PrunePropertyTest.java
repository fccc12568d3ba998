package dev.cats.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Manifest;
import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.content.PrunableStore;
import dev.cats.replay.IntegrityCheck;
import dev.cats.replay.IntegrityReport;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assertions;

/** Whatever the chain, and wherever a prune is killed: what is kept is whole. */
class PrunePropertyTest {
  private static final String STORE = "prune-property";

  @Property(tries = 80)
  void whateverIsPrunedWhatIsKeptVerifies(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int keep) throws IOException {
    MemoryBlockStore.forget(STORE);
    RandomChain chain = new RandomChain(seed);
    MemoryBlockStore store = chain.commitTo(MemoryBlockStore.named(STORE));
    Prune.Report dry = Prune.run(store, new Keep.Newest(keep), true, Prune.Progress.NONE);
    assertThat(store.segments()).hasSameSizeAs(chain.segments().keySet());
    Prune.Report report = Prune.run(store, new Keep.Newest(keep), false, Prune.Progress.NONE);
    assertThat(report).isEqualTo(dry);
    assertKept(store, chain, keep);

    Set<Cid> needed = chain.needs(keep);
    for (Map.Entry<String, List<Block>> segment : chain.segments().entrySet()) {
      boolean isNeeded =
          segment.getKey().startsWith("manifest-")
              || segment.getValue().stream().anyMatch(block -> needed.contains(block.cid()));
      if (segment.getKey().startsWith("step-") || isNeeded) {
        assertThat(store.segments().contains(segment.getKey()))
            .as("segment %s is there", segment.getKey())
            .isEqualTo(isNeeded);
      }
    }
    for (int fewer = keep - 1; fewer >= 1; fewer -= 3) {
      Prune.run(store, new Keep.Newest(fewer), false, Prune.Progress.NONE);
      assertKept(store, chain, fewer);
    }
    Prune.Report more = Prune.run(store, new Keep.Newest(100), false, Prune.Progress.NONE);
    assertThat(more.segments()).isEmpty();
  }

  @Property(tries = 30)
  void killedAnywhereTheStoreIsRightAndTheNextPruneGoesOn(@ForAll long seed) throws IOException {
    RandomChain chain = new RandomChain(seed);
    int keep = 1 + (int) Math.floorMod(seed, 4L);
    for (int call = 1; ; call++) {
      for (boolean afterwards : new boolean[] {false, true}) {
        MemoryBlockStore.forget(STORE);
        MemoryBlockStore store = chain.commitTo(MemoryBlockStore.named(STORE));
        PrunableStore killed = killed(store, call, afterwards);
        boolean ended = false;
        try {
          Prune.run(killed, new Keep.Newest(keep), false, Prune.Progress.NONE);
          ended = true;
        } catch (IOException e) {
          assertThat(e).hasMessage("killed");
        }
        assertKept(store, chain, keep);
        if (ended) {
          return;
        }
        Prune.run(store, new Keep.Newest(keep), false, Prune.Progress.NONE);
        assertKept(store, chain, keep);
        Prune.Report again = Prune.run(store, new Keep.Newest(keep), true, Prune.Progress.NONE);
        assertThat(again.segments()).isEmpty();
      }
    }
  }

  /** A store that fails at its n-th change, before or after it. */
  private static PrunableStore killed(PrunableStore store, int at, boolean afterwards) {
    int[] changes = {0};
    return (PrunableStore)
        Proxy.newProxyInstance(
            PrunableStore.class.getClassLoader(),
            new Class<?>[] {PrunableStore.class},
            (proxy, method, arguments) -> {
              boolean fails =
                  List.of("keepFrom", "drop", "tidy").contains(method.getName())
                      && ++changes[0] == at;
              if (fails && !afterwards) {
                throw new IOException("killed");
              }
              try {
                Object result = method.invoke(store, arguments);
                if (fails) {
                  throw new IOException("killed");
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static void assertKept(MemoryBlockStore store, RandomChain chain, int keep)
      throws IOException {
    for (Cid cid : chain.needs(keep)) {
      if (!store.has(cid)) {
        Assertions.fail("needed and not there: " + cid);
      }
    }
    IntegrityReport whole = check(store, chain.newest().cid());
    assertThat(whole.problems()).isEmpty();
    assertThat(whole.manifests()).isEqualTo(chain.manifests().size());
    List<Manifest> manifests = chain.manifests();
    for (Manifest manifest :
        manifests.subList(Math.max(0, manifests.size() - keep), manifests.size())) {
      for (Cid bom : manifest.boms()) {
        IntegrityReport report = check(store, bom);
        assertThat(report.problems()).isEmpty();
        assertThat(report.pruned()).isZero();
      }
    }
  }

  private static IntegrityReport check(MemoryBlockStore store, Cid root) throws IOException {
    return IntegrityCheck.run(store, root, (blocks, bytes, problems) -> {});
  }
}
