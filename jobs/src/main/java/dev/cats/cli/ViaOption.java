package dev.cats.cli;

import dev.cats.connector.ipfs.IpnsBlockStore;
import dev.cats.connector.ipfs.IpnsException;
import dev.cats.connector.ipfs.IpnsName;
import dev.cats.connector.ipfs.IpnsRecord;
import dev.cats.content.BlockStore;
import dev.cats.content.DecodeException;
import dev.cats.service.Services;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.Option;

/** By way of whom a name of IPNS is resolved, where one stands for a store and its HEAD. */
final class ViaOption {
  private static final String NEXT =
      "Name a node that is there, or a gateway: --via kubo://HOST:PORT, --via gateway+https://HOST";

  @Option(
      names = "--via",
      paramLabel = "STORE",
      description = {
        "For ipns://NAME: the node (kubo://HOST:PORT) or gateway (gateway+https://HOST) that looks for it; neither is",
        "believed. Default: the node that ./cats up kubo started for --store"
      })
  private String via;

  static boolean isName(String target) {
    return target != null && target.startsWith(IpnsName.SCHEME);
  }

  /** Opens the store that a command is to ask: what a name leads to, or that of --store. */
  BlockStore open(String target, StoreOption where, PrintWriter err) throws IOException {
    if (!isName(target)) {
      checkUnused();
      return where.open();
    }
    where.use(uri(target, where));
    BlockStore store;
    try {
      store = where.open();
    } catch (IOException e) {
      throw Failure.usage(e.getMessage(), NEXT, e);
    }
    try {
      if (store instanceof IpnsBlockStore named) {
        IpnsRecord record = named.record();
        err.printf(
            "ipns://%s leads to %s (record %s, until %s)%n",
            record.name(),
            record.value(),
            record.sequence(),
            record.until().truncatedTo(ChronoUnit.SECONDS));
        err.flush();
      }
      return store;
    } catch (IpnsException e) {
      store.close();
      throw e;
    } catch (IOException e) {
      store.close();
      throw Failure.usage(e.getMessage(), NEXT, e);
    }
  }

  /** Refuses the option where there is no name to resolve. */
  void checkUnused() {
    if (via != null) {
      throw Failure.usage(
          "Cannot use --via without a name to resolve.",
          "Try: ipns://NAME --via %s, or --store %s".formatted(via, via));
    }
  }

  /** Such a store by its URI. */
  String uri(String target, StoreOption where) throws IOException {
    String by = via;
    if (by == null) {
      by =
          Services.kubo(where.uri())
              .orElseThrow(
                  () ->
                      Failure.usage(
                          "Cannot resolve %s: by way of whom?".formatted(target),
                          "%s, or start a node: ./cats up kubo%s".formatted(NEXT, where.option())));
    }
    try {
      return IpnsName.SCHEME + IpnsName.of(target) + "?via=" + by;
    } catch (DecodeException e) {
      throw Failure.usage(e.getMessage(), "Expected ipns://NAME.", e);
    }
  }
}
