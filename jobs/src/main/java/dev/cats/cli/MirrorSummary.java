package dev.cats.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cats.connector.ipfs.KuboBlockStore;
import dev.cats.connector.ipfs.KuboBlockStore.Stored;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.content.MirrorSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node that follows a store has of it, when a run has ended.
 *
 * @param uri the store in the node
 * @param node in words
 * @param head where HEAD is there; empty if it is nowhere yet, or the node cannot be asked
 * @param behind whether HEAD is further here
 * @param name what comes behind {@code ipns://}, if HEAD is published
 */
record MirrorSummary(
    String uri,
    String node,
    Stored stored,
    Optional<Cid> head,
    boolean behind,
    Optional<String> name) {
  private static final Logger LOG = LoggerFactory.getLogger(MirrorSummary.class);

  /** Asks the node; empty if it is no Kubo. */
  static Optional<MirrorSummary> of(MirrorSettings settings, Cid here) throws IOException {
    String uri = settings.uri();
    try (BlockStore store = BlockStores.open(uri)) {
      if (!(store instanceof KuboBlockStore kubo)) {
        return Optional.empty();
      }
      try {
        Optional<Cid> head = kubo.head();
        Optional<String> name = Optional.empty();
        if (settings.key().isPresent()) {
          name = Optional.ofNullable(kubo.node().keys().get(settings.key().get()));
        }
        return Optional.of(
            new MirrorSummary(
                uri, kubo.describe(), kubo.stored(), head, !head.equals(Optional.of(here)), name));
      } catch (IOException e) {
        LOG.debug("{} cannot be asked", kubo.describe(), e);
        return Optional.of(
            new MirrorSummary(
                uri, kubo.describe(), Stored.NOTHING, Optional.empty(), true, Optional.empty()));
      }
    }
  }

  void print(PrintWriter out) {
    out.printf("%nMirror %s%n", node);
    if (behind) {
      out.printf("  it does not have all of it yet; the next run or ./cats publish goes on%n");
    }
    if (head.isPresent()) {
      out.printf(
          Locale.ROOT,
          "  %,d blocks with %,d bytes in %,d segments, HEAD %s%n",
          stored.blocks(),
          stored.bytes(),
          stored.segments(),
          behind ? head.get() : "as here");
      name.ifPresent(each -> out.printf("  ipns://%s%n", each));
      out.printf("  ./cats verify HEAD --store %s%n", uri);
    }
  }

  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("mirror");
    json.writeStringField("store", uri);
    json.writeNumberField("segments", stored.segments());
    json.writeNumberField("blocks", stored.blocks());
    json.writeNumberField("bytes", stored.bytes());
    json.writeStringField("head", head.map(Cid::toString).orElse(null));
    json.writeBooleanField("behind", behind);
    json.writeStringField("name", name.orElse(null));
    json.writeEndObject();
  }
}
