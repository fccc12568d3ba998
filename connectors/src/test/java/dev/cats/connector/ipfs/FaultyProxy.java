package dev.cats.connector.ipfs;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands before a real server and hands requests on to it, byte by byte, until it is told to do
 * something else with those whose line contains a word.
 */
public final class FaultyProxy implements Closeable {
  private final ServerSocket server;
  private final URI target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final AtomicReference<Plan> plan = new AtomicReference<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** What to do with a request in place of handing it on. */
  @FunctionalInterface
  public interface Fault {
    void on(Request request, OutputStream answer) throws IOException, InterruptedException;
  }

  /** Faults in the order of the requests that they are for; behind them, one for all, or none. */
  private record Plan(String word, Deque<Fault> faults, Fault forAll) {
    synchronized Fault take() {
      return faults.isEmpty() ? forAll : faults.remove();
    }
  }

  /** The head of a request as it came, and the rest of the connection. */
  public record Request(String head, InputStream rest) {
    public String line() {
      return head.substring(0, head.indexOf('\r'));
    }

    public long length() {
      for (String line : head.split("\r\n", -1)) {
        if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          return Long.parseLong(line.substring("content-length:".length()).strip());
        }
      }
      return 0;
    }

    /** Reads the body to its end. */
    public void drain() throws IOException {
      rest.skipNBytes(length());
    }
  }

  public FaultyProxy(URI target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** Lines of all requests so far: {@code POST /api/v0/dag/import?… HTTP/1.1}. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  public long count(String word) {
    return requests().stream().filter(line -> line.contains(word)).count();
  }

  /** The next requests with this word meet these, one each. */
  void next(String word, Fault... faults) {
    plan.set(new Plan(word, new ArrayDeque<>(List.of(faults)), null));
  }

  /** All requests with this word meet this. */
  public void always(String word, Fault fault) {
    plan.set(new Plan(word, new ArrayDeque<>(), fault));
  }

  void well() {
    plan.set(null);
  }

  public static Fault answer(int status, String body) {
    return (request, out) -> {
      request.drain();
      write(
          out,
          "HTTP/1.1 %d Fault\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
              .formatted(status, body.length(), body));
    };
  }

  /** A 200 in chunks, with an error in the trailer as Kubo says what goes wrong late. */
  static Fault trailer(String body, String error) {
    return (request, out) -> {
      request.drain();
      String chunk =
          body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
      write(
          out,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Stream-Error\r\nConnection: close\r\n\r\n"
              + chunk
              + "0\r\nX-Stream-Error: "
              + error
              + "\r\n\r\n");
    };
  }

  /** Says nothing, for as long as the proxy is there. */
  Fault silence() {
    return (request, out) -> closed.await();
  }

  /** Breaks the connection off after so much of the body. */
  static Fault breakOff(long bytes) {
    return (request, out) -> request.rest().skipNBytes(bytes);
  }

  /** Hands so much of the body on, then holds on until the latch is released, then the rest. */
  Fault hold(long bytes, CountDownLatch reached, CountDownLatch release) {
    return (request, out) -> {
      try (Socket to = connect()) {
        to.getOutputStream().write(closing(request.head()));
        copy(request.rest(), to.getOutputStream(), bytes);
        reached.countDown();
        release.await();
        copy(request.rest(), to.getOutputStream(), request.length() - bytes);
        to.getInputStream().transferTo(out);
      }
    };
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private void thread(Runnable work) {
    Thread thread = new Thread(work, "faulty proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        thread(() -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      Request request = new Request(head(in), in);
      requests.add(request.line());
      Fault fault = fault(request.line());
      if (fault != null) {
        fault.on(request, socket.getOutputStream());
        return;
      }
      try (Socket to = connect()) {
        to.getOutputStream().write(closing(request.head()));
        copy(in, to.getOutputStream(), request.length());
        to.getInputStream().transferTo(socket.getOutputStream());
      }
    } catch (IOException e) {
      return; // either side went, which the other one notices
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  private Fault fault(String line) {
    Plan now = plan.get();
    return now == null || !line.contains(now.word()) ? null : now.take();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(target.getHost(), target.getPort());
    open.add(socket);
    return socket;
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    String text = "";
    while (!text.endsWith("\r\n\r\n")) {
      int read = in.read();
      if (read < 0) {
        throw new IOException("Cannot read a request: the connection ended");
      }
      head.write(read);
      text = read == '\n' ? head.toString(StandardCharsets.ISO_8859_1) : "";
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** The same head for a connection of one request. */
  private static byte[] closing(String head) {
    return head.replaceAll("(?i)\r\nconnection:[^\r]*", "")
        .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (long left = bytes; left > 0; ) {
      int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new IOException("Cannot read a body: the connection ended");
      }
      out.write(buffer, 0, read);
      left -= read;
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
