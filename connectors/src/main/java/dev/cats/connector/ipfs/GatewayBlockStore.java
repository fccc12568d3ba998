package dev.cats.connector.ipfs;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreProvider;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.ReadOnlyStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Blocks behind a trustless gateway ({@code GET /ipfs/CID?format=raw}), read-only: anybody's, which
 * is why it need not be trusted. Every block is hashed, and no more is read than a block may have.
 *
 * <p>A gateway knows no codec but that of the CID it is asked for, and has no HEAD; names of IPNS
 * it resolves ({@link IpnsBlockStore}).
 */
public final class GatewayBlockStore implements ReadOnlyStore, IpnsRecords {
  private static final String TYPE = "application/vnd.ipld.raw";
  private static final String RECORD_TYPE = "application/vnd.ipfs.ipns-record";

  /** No bytes at all, which are in the CID itself: what to ask a gateway whether it is one. */
  private static final String EMPTY = "bafkqaaa";

  /** Not 504: the gateway has looked for a block at others, for long, and did not find it. */
  private static final Set<Integer> PASSING = Set.of(429, 500, 502, 503);

  private final String base;
  private final PatientHttp http;

  private GatewayBlockStore(URI base, Patience patience) {
    this.base = base.toString().replaceFirst("/+$", "");
    this.http = new PatientHttp(describe(), patience, HttpClient.Redirect.NORMAL, PASSING);
  }

  /**
   * The gateway that is here, which is not asked yet.
   *
   * @param base what stands before {@code /ipfs/}: {@code https://gateway.example}
   */
  public static GatewayBlockStore at(URI base, Patience patience) {
    return new GatewayBlockStore(base, patience);
  }

  @Override
  public String describe() {
    return "gateway " + base;
  }

  @Override
  public Optional<Block> get(Cid cid) throws IOException {
    String what = "read block " + cid;
    PatientHttp.Answer answer = http.ask(question(cid, what, "GET"), Block.MAX_SIZE);
    if (!isThere(answer, what)) {
      return Optional.empty();
    }
    if (answer.cut()) {
      throw new IOException(
          "Cannot %s: %s answers with more than %d bytes, which no block has"
              .formatted(what, describe(), Block.MAX_SIZE));
    }
    return Optional.of(KuboClient.checked(cid, answer.body(), describe(), path(cid)));
  }

  /** What the gateway says; only {@link #get} knows. */
  @Override
  public boolean has(Cid cid) throws IOException {
    String what = "look for block " + cid;
    return isThere(http.ask(question(cid, what, "HEAD"), 0), what);
  }

  private PatientHttp.Question question(Cid cid, String what, String method) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path(cid)))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Accept", TYPE);
    return new PatientHttp.Question(what, request, null, true);
  }

  private static String path(Cid cid) {
    return "/ipfs/" + cid + "?format=raw";
  }

  private boolean isThere(PatientHttp.Answer answer, String what) throws IOException {
    return switch (answer.status()) {
      case 200 -> true;
      case 404, 410 -> false;
      default ->
          throw new IOException(
              "Cannot %s: %s answers %d%s"
                  .formatted(
                      what,
                      describe(),
                      answer.status(),
                      answer.words().isEmpty() ? "" : " (" + answer.words() + ")"));
    };
  }

  /** {@code GET /ipns/NAME?format=ipns-record}; how a gateway says that there is none differs. */
  @Override
  public Optional<Bytes> record(IpnsName name) throws IOException {
    String what = "resolve " + IpnsName.SCHEME + name;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/ipns/" + name + "?format=ipns-record"))
            .header("Accept", RECORD_TYPE);
    PatientHttp.Answer answer =
        http.ask(new PatientHttp.Question(what, request, null, true), IpnsRecord.MAX_SIZE + 1);
    boolean unknown =
        answer.status() >= 500 && answer.words().matches(".*(not found|could not resolve).*");
    return unknown || !isThere(answer, what) ? Optional.empty() : Optional.of(answer.body());
  }

  @Override
  public void checkReadable() throws IOException {
    String what = "use " + describe();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/ipfs/" + EMPTY + "?format=raw"))
            .header("Accept", TYPE);
    if (!isThere(http.ask(new PatientHttp.Question(what, request, null, true), 1), what)) {
      throw new IOException(
          "Cannot %s: it does not know what every gateway knows (404)".formatted(what));
    }
  }

  @Override
  public Optional<Cid> head() throws IOException {
    throw new IOException(
        "Cannot read HEAD of %s: a gateway has none. Name the CID of a manifest"
            .formatted(describe()));
  }

  @Override
  public void close() {
    http.close();
  }

  /** Opens {@code gateway+https://HOST} and {@code gateway+http://HOST:PORT}. */
  public static final class Provider implements BlockStoreProvider {
    static final String FORM = "gateway+https://HOST?silence=TIME";
    private static final Set<String> SCHEMES = Set.of("gateway+http", "gateway+https");

    @Override
    public Set<String> forms() {
      return Set.of("gateway+https://HOST");
    }

    @Override
    public boolean accepts(URI uri) {
      return uri.getScheme() != null && SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT));
    }

    @Override
    public BlockStore open(URI uri) throws IOException {
      RemoteUri remote = RemoteUri.parse(uri, "gateway", FORM, Set.of("silence"));
      Patience patience =
          Patience.DEFAULT.withSilence(remote.time("silence", Patience.DEFAULT.silence()));
      return at(URI.create(remote.http() + "/" + remote.path()), patience);
    }
  }
}
