package dev.cats.connector.ipfs;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreProvider;
import dev.cats.content.BlockStores;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.ReadOnlyStore;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What somebody published under a name, for those who have the name alone: HEAD is where the name
 * leads, and blocks come from a node, which looks for them at others, or from a gateway. Neither is
 * believed: the record has to be signed by the key in the name, and every block is hashed.
 * Read-only.
 *
 * <p>The name is resolved once, when HEAD is first asked for, so that HEAD stays the same for as
 * long as the store is open.
 */
public final class IpnsBlockStore implements ReadOnlyStore {
  private final IpnsName name;
  private final BlockStore via;
  private final IpnsRecords records;
  private IpnsRecord record;

  private <S extends BlockStore & IpnsRecords> IpnsBlockStore(IpnsName name, S via) {
    this.name = name;
    this.via = via;
    this.records = via;
  }

  /** What is published under a name, by way of a node. */
  public static IpnsBlockStore of(IpnsName name, KuboBlockStore via) {
    return new IpnsBlockStore(name, via);
  }

  /** What is published under a name, by way of a gateway. */
  public static IpnsBlockStore of(IpnsName name, GatewayBlockStore via) {
    return new IpnsBlockStore(name, via);
  }

  /**
   * Where the name leads.
   *
   * @throws IpnsException if there is no record, or one that must not be followed
   */
  public synchronized IpnsRecord record() throws IOException {
    if (record == null) {
      Optional<Bytes> found = records.record(name);
      if (found.isEmpty()) {
        throw new IpnsException(
            IpnsException.Why.UNKNOWN,
            name,
            via.describe() + " finds no record of it",
            "Is the node that publishes it there, and reached? It tells others for two days: ./cats publish --name KEY");
      }
      record = IpnsRecord.verified(name, found.get(), Instant.now());
    }
    return record;
  }

  @Override
  public String describe() {
    return IpnsName.SCHEME + name + " by way of " + via.describe();
  }

  @Override
  public Optional<Block> get(Cid cid) throws IOException {
    return via.get(cid);
  }

  @Override
  public boolean has(Cid cid) throws IOException {
    return via.has(cid) || via.get(cid).isPresent();
  }

  @Override
  public Optional<Cid> head() throws IOException {
    return Optional.of(record().value());
  }

  @Override
  public void checkReadable() throws IOException {
    via.checkReadable();
  }

  @Override
  public void close() throws IOException {
    via.close();
  }

  /**
   * Opens {@code ipns://NAME?via=STORE}, where STORE is a node ({@code kubo://HOST:PORT}) or a
   * gateway ({@code gateway+https://HOST}). A node may look at others for half a minute per block,
   * unless its URI says otherwise ({@code network=TIME}).
   */
  public static final class Provider implements BlockStoreProvider {
    static final String FORM = "ipns://NAME?via=STORE";
    private static final String VIA = "via=";

    @Override
    public Set<String> forms() {
      return Set.of(FORM);
    }

    @Override
    public boolean accepts(URI uri) {
      return String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT).equals("ipns");
    }

    @Override
    public BlockStore open(URI uri) throws IOException {
      String query = String.valueOf(uri.getRawQuery());
      if (!query.startsWith(VIA) || query.length() == VIA.length()) {
        throw new IOException(
            "Cannot open store %s: by way of whom? Expected %s, such as via=kubo://127.0.0.1:5001 or via=gateway+https://HOST"
                .formatted(uri, FORM));
      }
      IpnsName name;
      try {
        name = IpnsName.of(String.valueOf(uri.getRawAuthority()));
      } catch (DecodeException e) {
        throw new IOException("Cannot open store %s: %s".formatted(uri, e.getMessage()), e);
      }
      String text = query.substring(VIA.length()).replace("+", "%2B");
      String via = URLDecoder.decode(text, StandardCharsets.UTF_8);
      BlockStore store = BlockStores.open(via);
      if (store instanceof KuboBlockStore node) {
        return of(name, node.lookingAtOthers());
      }
      if (store instanceof GatewayBlockStore gateway) {
        return of(name, gateway);
      }
      store.close();
      throw new IOException(
          "Cannot open store %s: expected a node or a gateway to go by, found %s"
              .formatted(uri, via));
    }
  }
}
